"""Who may look into a room: whoever knows its code, which cannot be guessed, as wrong tries are limited."""

from mnist_core import settings
from mnist_core.kept import tries
from mnist_core.rooms import codes, guests, store
from mnist_core.rooms.store import Room, RoomError
from ui import owner, presenter
from ui.room import state

KIND = "room"
MOST_OF_BROWSER, MOST_OF_ADDRESS = 10, 200  # wrong tries; a whole hall may share one address
WITHIN_S = 15 * 60
GONE = "This room is gone, and all that was drawn in it."


def find(typed: str) -> Room:
    """Returns the room with a code that a visitor has typed or scanned.

    Whoever was in the room is not counted as guessing once it is deleted: a whole hall would be locked out of the next.

    Raises:
        RoomError: there is none, or none any more.
        TooManyTries: this browser or its address has guessed too often.
        DatabaseError: the database cannot be used.
    """
    code = codes.normalized(typed)
    room = None if code is None else store.find(code)
    browser = owner.of_visitor()
    if code is not None and state.was_let_in(code):
        if room is None:
            raise RoomError(GONE)
        return room
    if room is not None and browser is not None and is_known(room, browser):
        state.note_let_in(room.code)
        return room
    if settings.may_have_drawings():
        most = {presenter.address(): MOST_OF_ADDRESS}
        if browser is not None:
            most[browser] = MOST_OF_BROWSER
        tries.check_and_note(KIND, most, WITHIN_S, was_right=room is not None)
    if room is None:
        letters = "".join(filter(str.isalnum, typed))[:20]  # a sentence on a page may hold a link
        raise RoomError(f"There is no room “{letters}”. A code has six letters, as KAVOMI.")
    state.note_let_in(room.code)
    return room


def is_known(room: Room, browser: str) -> bool:
    """Returns whether a browser has opened a room, or joined it before."""
    return room.owner == browser or guests.find(room.id, browser) is not None


def may_lead(room: Room) -> bool:
    """Returns whether the visitor may lead a room: from the browser that opened it, or with the passphrase."""
    return room.owner == owner.of_visitor() or (settings.passphrase() is not None and not presenter.is_needed())


def check_may_lead(room: Room) -> None:
    """Stops who may not lead a room; call it directly before something is done with it.

    Raises:
        RoomError: the visitor may not.
    """
    if not may_lead(room):
        raise RoomError("Only whoever opened this room leads it. With the presenter’s passphrase, others can, too.")
