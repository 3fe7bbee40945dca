"""The screen of a room by itself, and which room a speaker looks at."""

import streamlit as st

from mnist_core.rooms.store import Room
from ui import address
from ui.live import live_html
from ui.room import entrance, stage, state
from ui.room.look import RoomLook, looks
from ui.watching import watch

ALONE = "screen"
"""The part of the Room page's address that names the room whose screen is shown alone."""
LED = "room"
"""The part that names the room which is led."""


def show(room: Room, *, controlled: bool) -> None:
    """Shows a room's screen, which goes on by itself.

    Args:
        room: which.
        controlled: whether drawings can be pressed.
    """
    joining = address.of_room(room.code)
    chosen = state.chosen_drawing()

    def draw(look: RoomLook) -> None:
        shown = joining if look.network is None else address.of_network(look.network)
        live_html(stage.screen_html(look, shown, controlled=controlled), key=state.STAGE)
        if controlled and state.chosen_drawing() != chosen:
            st.rerun()  # a press runs this part of the page only, and what is done with the drawing stands outside it

    watch(looks(room.code), draw)


def choose(code: str | None) -> None:
    """Shows a room to its speaker, or, with None, all their rooms. The page's address says which, for a reload."""
    if code is None:
        st.query_params.pop(LED, None)
    else:
        st.query_params[LED] = code


def chosen() -> Room | None:
    """Returns the room that the speaker has chosen; None where they have chosen none.

    Raises:
        RoomError: there is no such room, or the visitor may not lead it.
        TooManyTries: they have guessed codes too often.
        DatabaseError: the database cannot be used.
    """
    if not (typed := st.query_params.get(LED, "")):
        return None
    room = entrance.find(typed)
    entrance.check_may_lead(room)
    return room
