"""What a speaker does with a room: open it, lead it, let the network learn from it, take it home."""

import io
from collections.abc import Callable
from functools import partial

import streamlit as st

from mnist_core import settings
from mnist_core.models import registry
from mnist_core.networks import recipes
from mnist_core.networks.recipe import Recipe
from mnist_core.rooms import drawings, learning, souvenirs, store
from mnist_core.rooms.store import Room, State
from mnist_core.runs import control, descriptions
from mnist_core.runs import store as runs
from mnist_core.training import mixture
from ui import address, owner, page, presenter
from ui.room import entrance, screen, state
from ui.room.look import looks
from ui.training import models

WHAT = (
    "People join with their phones and draw the digits that they are asked for. The screen shows what the network "
    "reads, as it comes. Then the network learns from what they drew, and is tested on people whom it has not seen."
)
ROUNDS = {"No limit": None, "1 minute": 60.0, "2 minutes": 120.0, "5 minutes": 300.0}


def offer_to_open(visitor: str) -> None:
    """Shows the button that opens a room, and the rooms that there are."""
    st.header("A room for your talk")
    st.write(WHAT)
    page.tell(address.complaint())
    if st.button("Open a room", type="primary", key="open_room", **presenter.lock()):
        with page.problems_told():
            presenter.required("Opening a room")
            screen.choose(store.open_for(visitor).code)
            st.rerun()
    past = store.of_owner(visitor)
    if past:
        st.subheader("Your rooms")
        with st.container(key="rooms", horizontal=True):
            for room in past:
                closed = ", closed" if room.state_now() is State.CLOSED else ""
                label = f"{room.code}, {owner.when(room.opened)}{closed}"
                st.button(label, key=f"go_to_{room.code}", on_click=screen.choose, args=(room.code,))


def lead(room: Room) -> None:
    """Shows a room's screen with the controls of its speaker."""
    with st.container(key="room_stage"):
        screen.show(room, controlled=True)
    page.tell(address.complaint())
    with st.container(key="room_controls"), page.problems_told():
        _rounds(room)
        _people(room)
        _one_drawing(room)
        _learn(room)
        _afterwards(room)


def _rounds(room: Room) -> None:
    now = room.state_now()
    with st.container(key="room_rounds", horizontal=True, vertical_alignment="bottom"):
        st.link_button("Screen for the beamer", f"?{screen.ALONE}={room.code}")
        with st.popover("Lead from your phone"):
            if settings.passphrase() is None:
                st.write(f"With the setting {settings.PASSPHRASE}, whoever knows the passphrase leads from any device.")
            else:
                st.write("Scan this code, and give the passphrase there.")
                st.html(address.qr_html(address.of_leading(room.code)))
        if now is State.CLOSED:
            return
        if now is State.FROZEN:
            st.button("Go on", key="go_on", on_click=_told, args=(room, store.freeze, False))
        else:
            st.button("Pause", key="pause", on_click=_told, args=(room, store.freeze, True))
        st.selectbox("The next round lasts", ROUNDS, key=state.ROUND_LASTS, width=160)
        st.button("Next round", key="next_round", on_click=_begin_round, args=(room,))
        if now is State.OPEN and room.ends is not None:
            st.button("End this round", key="end_round", on_click=_told, args=(room, store.end_round))


def _begin_round(room: Room) -> None:
    # What is chosen now: the press may come with a choice that this page has not been drawn with.
    _told(room, store.begin_round, ROUNDS[state.round_lasts()])


def _people(room: Room) -> None:
    with st.container(key="room_people", horizontal=True):
        # With the value in the key, another browser's choice replaces this one's toggle; it is not taken back by it.
        shows_count, shows_names = room.counts_people, room.names_leaders
        counts = st.toggle("Show how many people", shows_count, key=f"counts_{room.id}_{shows_count}")
        names = st.toggle("Show who fooled it most", shows_names, key=f"names_{room.id}_{shows_names}")
    if (counts, names) != (room.counts_people, room.names_leaders):
        entrance.check_may_lead(room)
        store.show(room.id, counts_people=counts, names_leaders=names)
        st.rerun()


def _one_drawing(room: Room) -> None:
    st.caption("Press a drawing to hide it: it is then neither shown, nor counted, nor learned.")
    chosen = state.chosen_drawing()
    if chosen is not None and drawings.is_shown(room.id, chosen):
        st.button(
            "Hide the drawing that you pressed",
            key=f"hide_{chosen}",
            on_click=_told,
            args=(room, drawings.hide, chosen),
        )


def _learn(room: Room) -> None:
    st.subheader("Let the network learn from the room")
    st.write(
        "It learns from some of the people, and is tested on the others. Seconds later the screen shows what it read "
        "before and after. Nothing changes for anybody before you say “Use this model”."
    )
    with st.container(key="room_learning", horizontal=True):
        if st.button("Learn from the room", type="primary", key="room_teach", **presenter.lock()):
            _train(room, lambda drawings: mixture.recipe_of(registry.active(), drawings))
        if st.button("Start from nothing", key="room_alone", **presenter.lock()):
            _train(room, recipes.of_drawings_alone)
    st.caption("“Start from nothing” makes a new network that has seen the room’s drawings only, and never MNIST.")
    training = looks(room.code).recent().training
    if training is not None and training.accuracy is not None:
        models.offer(training.run.name)
    elif training is not None and not training.run.is_on:
        st.warning(descriptions.describe(training.run))


def _train(room: Room, recipe_of: Callable[[int], Recipe]) -> None:
    """Starts a training on a room's drawings, with the recipe for so many."""
    entrance.check_may_lead(room)
    own = learning.divided(room.id)
    recipe = recipe_of(len(own.learned[1]))
    _end_measuring()
    presenter.required("Training")
    run = control.start(recipe, own=own)
    store.note_run(room.id, run.id)
    st.rerun()


def _end_measuring() -> None:
    """Ends a run whose model is ready: the rest of its figures is measured when somebody looks at them."""
    run = runs.current()
    if run is not None and run.folds is None and runs.model_of(run) is not None:
        presenter.required("Training")
        control.cancel(run.id)


def _afterwards(room: Room) -> None:
    st.subheader("Afterwards")
    _hand_out(room)
    with st.container(key="room_afterwards", horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Drawings as pen strokes (.npz)",
            partial(_pack, room.id),
            file_name=f"room-{room.code}.npz",
            mime="application/octet-stream",
            on_click="ignore",
            key="room_pack",
        )
        st.download_button(
            "All drawings as one picture (.png)",
            partial(souvenirs.mosaic, room.id),
            file_name=f"room-{room.code}.png",
            mime="image/png",
            on_click="ignore",
            key="room_mosaic",
        )
        # Its own place stays when it is gone: else the open popover would become the one that deletes.
        with st.container(width="content"):
            _offer_to_close(room)
        with st.popover("Delete the room"):
            st.write("The room and all that was drawn in it will be deleted at once and for good.")
            st.button(f"Delete {room.code}", key="delete_room", on_click=_removed, args=(room,))
        st.button("All my rooms", key="all_rooms", on_click=screen.choose, args=(None,))


def _offer_to_close(room: Room) -> None:
    if room.state_now() is not State.CLOSED:
        with st.popover("Close the room"):
            st.write("Nobody can draw in it any more. Its drawings stay until you delete them.")
            st.button("Close it", key="close_room", on_click=_told, args=(room, store.close))


def _hand_out(room: Room) -> None:
    """Says which network people take home, and lets the speaker choose where the room has trained one."""
    taken, active = souvenirs.network(room), registry.active_name()
    training = looks(room.code).recent().training
    trained = training.run.name if training is not None and training.accuracy is not None else None
    networks = list(dict.fromkeys(name for name in (active, taken, trained) if name is not None))
    closed = room.state_now() is State.CLOSED
    st.caption(
        f"The screen and the phones show how to take the network {taken} home."
        if closed
        else f"Once the room is closed, its screen and the phones show how to take the network {taken} home."
    )
    if len(networks) == 1:
        return
    chosen = st.selectbox(
        "The network that people take home",
        networks,
        networks.index(taken),
        format_func=lambda name: f"{name}, which reads now" if name == active else name,
        key=f"network_{room.id}_{taken}",
        width=360,
    )
    if chosen != taken:
        entrance.check_may_lead(room)
        store.hand_out(room.id, None if chosen == active else chosen)
        st.rerun()


def _pack(room: int) -> bytes:
    content = io.BytesIO()
    souvenirs.write_pack(room, content)
    return content.getvalue()


def _removed(room: Room) -> None:
    _told(room, store.remove)
    screen.choose(None)


def _told(room: Room, act: Callable[..., object], *arguments: object) -> None:
    """Does something with a room; what goes wrong is told."""
    with page.problems_told():
        entrance.check_may_lead(room)
        act(room.id, *arguments)
