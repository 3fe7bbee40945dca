"""Who may do what: with a passphrase set, what changes the app for everybody asks for it, once a session.

`required` is called where the thing is done. What `lock` disables is a courtesy: a browser can send any press.
The database's library is imported only when somebody gives a passphrase.
"""

import hashlib
import hmac
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import TypedDict

import streamlit as st

from mnist_core import settings
from mnist_core.errors import StudioError
from ui import owner, page, session

KIND = "passphrase"
MOST_OF_BROWSER, MOST_OF_ADDRESS = 5, 30  # wrong tries; a whole class may share one address
WITHIN_S = 15 * 60
IPV6_NETWORK = 64  # bits: one household has all addresses of such a network
WHAT = "Draw, teach your hand and look at everything. Training, changing models and importing are for the presenter."
LOCKED = "This asks for the presenter’s passphrase. Give it at the top of the page, under “Presenter”."


class Locked(StudioError):
    """Something asks for the passphrase, and this session has not given it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} asks for the presenter’s passphrase. Give it at the top of the page, under “Presenter”."
        )


class WrongPassphrase(StudioError):
    """Somebody gave another passphrase, or none."""


class Lock(TypedDict):
    """How a button, a popover or a place for a file is shown."""

    disabled: bool
    help: str | None


def is_needed() -> bool:
    """Returns whether the visitor has yet to give a passphrase."""
    return settings.passphrase() is not None and not session.is_presenter()


def required(what: str) -> None:
    """Stops what the visitor may not do; call it directly before it is done.

    Args:
        what: the beginning of a sentence, such as "Training".

    Raises:
        Locked: it asks for the passphrase.
    """
    if is_needed():
        raise Locked(what)


def lock(disabled: bool = False) -> Lock:
    """Returns how to show a button for what asks for the passphrase: `st.button("Retrain", **presenter.lock())`.

    Args:
        disabled: whether it cannot be pressed anyway.
    """
    needed = is_needed()
    return {"disabled": disabled or needed, "help": LOCKED if needed else None}


def ask() -> None:
    """Shows where to give the passphrase, in one line, while it is needed."""
    place = st.container()  # also where nothing is shown, so that what follows keeps its place when the line goes
    if not is_needed():
        return
    with place.container(key="presenter", horizontal=True, vertical_alignment="center"):
        st.caption(WHAT, width="content")
        with (
            st.popover("Presenter", key="ask_for_passphrase"),
            st.form("presenter_form", border=False, clear_on_submit=True),
        ):
            given = st.text_input("Passphrase", type="password", autocomplete="current-password", key="passphrase")
            if st.form_submit_button("Unlock", key="unlock"):
                with page.problems_told():
                    give(given)
                    st.rerun()


def give(given: str) -> None:
    """Takes a passphrase; with the right one this session is the presenter's.

    Raises:
        WrongPassphrase: it is another one.
        TooManyTries: this browser or its address has guessed too often.
        DatabaseError: tries cannot be counted, so none succeeds.
    """
    expected = settings.passphrase()
    if not (given := given.strip()) or expected is None:
        raise WrongPassphrase("Type the passphrase first.")
    was_right = hmac.compare_digest(_digest(given), _digest(expected))
    from mnist_core.kept import tries

    browser = owner.of_visitor()
    most = {address(): MOST_OF_ADDRESS}
    if browser is not None:
        most[browser] = MOST_OF_BROWSER
    tries.check_and_note(KIND, most, WITHIN_S, was_right=was_right)
    if not was_right:
        raise WrongPassphrase("That is not the passphrase.")
    if browser is not None:
        tries.forget(KIND, browser)
    session.admit_presenter()


def address() -> str:
    """Returns where the visitor comes from, as tries are counted: an address, or the network of an IPv6 address."""
    said = st.context.ip_address
    if said is None:
        return "this machine"
    try:
        known = ip_address(said)
    except ValueError:
        return "elsewhere"
    if not isinstance(known, IPv6Address):
        return str(known)
    return str(known.ipv4_mapped or IPv6Network((int(known), IPV6_NETWORK), strict=False))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogateescape")).digest()
