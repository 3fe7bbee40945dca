"""The page on a phone: the digit to draw, the paper, the answer, the next digit."""

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st
from markupsafe import Markup
from streamlit.components.v2 import component

from mnist_core.drawing.framing import BlankDrawing
from mnist_core.errors import StudioError
from mnist_core.kept.database import DatabaseError
from mnist_core.reading.recognizer import Recognition
from mnist_core.rooms import codes, drawings, guests, souvenirs, store
from mnist_core.rooms.drawings import WAITING
from mnist_core.rooms.guests import Guest
from mnist_core.rooms.store import Room, State
from mnist_core.runs.readers import NotRead, Readers
from mnist_core.synthesis.non_digits import NONE
from ui import address, assets, owner, page
from ui.draw import canvas, sources
from ui.draw.answer import article
from ui.live import live_html
from ui.room import entrance, state
from ui.room.state import Last, Read
from ui.watching import Looks, watch

NEWS_S, DRAWING_NEWS_S = 3.0, 15.0  # how often a phone that waits, and one that may draw, asks whether that has changed
MOST_WATCHED = 100
READERS = Readers()

_mount_buzz = component("mnist_studio_buzz", html="", js=assets.text("buzz.js"), isolate_styles=False)


@dataclass(frozen=True)
class Doors:
    """Whether people may draw in a room, as it was when it was looked at: a round ends without a change of the room."""

    news: tuple[State, int, str | None] | None
    """The state, the round, and the network that people take home from a closed room: changes when the phone's page
    changes; None where the room is gone."""

    is_on = False
    """It changes rarely: phones ask for news only."""


@lru_cache(MOST_WATCHED)
def _doors(code: str) -> Looks[Doors]:
    """Returns the look at a room's doors that all its phones share."""
    room: Room | None = None

    def look() -> Doors:
        nonlocal room
        with suppress(DatabaseError):  # the phones stay as they are until it can be used again
            room = store.find(code)
        if room is None:
            return Doors(None)
        now = room.state_now()
        return Doors((now, room.round, souvenirs.network(room) if now is State.CLOSED else None))

    return Looks(look)


def enter() -> Room | None:
    """Returns the room that the phone's address names; asks for a code where it names none, or a wrong one."""
    if given := st.query_params.get("room", ""):
        with page.problems_told():
            return entrance.find(given)
    _ask_for_code()
    return None


def _ask_for_code() -> None:
    with st.form("enter", border=False):
        st.text_input("The code on the screen", max_chars=12, key=state.CODE, placeholder="KAVOMI")
        st.form_submit_button("Join", type="primary", width="stretch", key="join", on_click=_take_code)


def _take_code() -> None:
    """Puts the code into the address before the page looks there: a wrong one that stood there is not tried again."""
    if typed := state.typed_code():
        st.query_params["room"] = codes.normalized(typed) or typed


def show(room: Room) -> None:
    """Lets the visitor draw in a room, one digit after the other.

    Raises:
        StudioError: the room is full, or the database cannot be used.
    """
    now = room.state_now()
    watch(_doors(room.code), lambda doors: None, idle_s=DRAWING_NEWS_S if now is State.OPEN else NEWS_S)
    if now is State.CLOSED:
        live_html(_closed_html(address.of_network(souvenirs.network(room))), key="phone_waiting")
        return
    with suppress(NotRead):  # whoever draws is told
        READERS.start()
    guest = _guest_in(room)
    if now is State.OPEN:
        _paper(room.code, guest)
    else:
        live_html(_waiting_html(now), key="phone_waiting")
    with st.expander("Your name on the screen"):
        _ask_for_name(guest)


def _guest_in(room: Room) -> Guest:
    """Returns who the visitor is in a room, whom the database knows by their browser's key."""
    known = state.guest(room.id)
    if known is None:
        known = guests.join(room.id, owner.required())
        state.keep_guest(known)
    return known


@st.fragment
def _paper(code: str, guest: Guest) -> None:
    if (news := _doors(code).recent().news) is None or news[0] is not State.OPEN:
        st.rerun()
    guest = state.guest(guest.room) or guest
    recognition = None
    with st.container(key="hand"), page.problems_told():
        drawing = sources.drawing_on(state.DESK)
        if drawing is None:
            state.keep_read(None)
        else:
            reading = READERS.read(drawing.png, canvas.PAPER_PX)
            recognition = reading.recognition
            state.keep_read(Read(drawing, reading))
    live_html(_prompt_html(guest, state.last(), recognition), key="phone_prompt")
    is_right = recognition is None or recognition.digit == guest.asked
    st.button(
        "Next" if is_right else f"It is {article(guest.asked)}: next",
        type="primary",
        width="stretch",
        disabled=recognition is None,
        key="finish",
        on_click=_finish,
        args=(guest,),
    )
    if state.shall_buzz():
        _mount_buzz(key="buzz", data={})


def _finish(guest: Guest) -> None:
    """Keeps what is on the paper, and asks for the next digit."""
    read = state.read()
    if read is None:
        return  # a press that came twice
    recognition = read.reading.recognition
    predicted = NONE if recognition.digit is None else recognition.digit
    try:
        asked_next = drawings.keep(
            guest,
            sources.writing_of(read.drawing),
            predicted=predicted,
            confidence=recognition.confidence,
            model=read.reading.model,
        )
    except BlankDrawing:
        return
    except StudioError as error:
        state.keep_last(Last(guest.drawn, guest.asked, predicted, str(error)))
        return
    state.keep_last(Last(guest.drawn, guest.asked, predicted))
    state.keep_read(None)
    state.DESK.take_new_paper()
    state.keep_guest(asked_next)


def _ask_for_name(guest: Guest) -> None:
    with st.form("name", border=False), page.problems_told():
        name = st.text_input(
            "A name, if you wish: the screen may show who fooled the network most",
            guest.name,
            max_chars=guests.LONGEST_NAME,
            key="guest_name",
        )
        if st.form_submit_button("That is me"):
            state.keep_guest(guests.rename(state.guest(guest.room) or guest, name))
            st.toast("The screen may show your name now." if name.strip() else "The screen shows no name of yours.")


def _prompt_html(guest: Guest, last: Last | None, recognition: Recognition | None) -> Markup:
    """Says which digit to draw, and what is read; before anything is drawn, what became of the last one.

    That a drawing could not be kept is said until it is: it is still on the paper.
    """
    if last is not None and last.complaint and last.number == guest.drawn:
        kind, words = "wrong", last.complaint
    elif recognition is None:
        kind, words = "last", _of_last(last)
    elif recognition.digit is None:
        kind, words = "wrong", "I do not think that is a digit"
    else:
        kind, words = "right" if recognition.digit == guest.asked else "wrong", f"I read {article(recognition.digit)}"
    return Markup(
        '<h1 class="phone-prompt">Draw {} <strong>{}</strong></h1><p class="phone-words" data-state="{}" role="status">'
        "{}</p>"
    ).format(article(guest.asked).split()[0], guest.asked, kind, words)


def _of_last(last: Last | None) -> str:
    if last is None:
        return "As you always write it."
    if not last.fooled:
        return f"Your {last.asked} was read right."
    read = "no digit" if last.predicted == NONE else article(last.predicted)
    return f"You fooled it: it took your {last.asked} for {read}!"


def _waiting_html(now: State) -> Markup:
    """Says why nobody may draw now."""
    return Markup('<div class="phone-waiting"><h1>{}</h1><p>Look at the screen.</p></div>').format(WAITING[now])


def _closed_html(network: str) -> Markup:
    """Says that the room is closed, and how to take home the network that lies under an address."""
    return Markup(
        '<div class="phone-waiting"><h1>{}</h1><p>Thank you for being here.</p><p><a class="phone-take-home" href="{}" '
        'target="_blank" rel="noopener">Take the network home</a></p><p>It opens as a page that reads digits on this '
        "phone. Save that page to keep it.</p></div>"
    ).format(WAITING[State.CLOSED], network)
