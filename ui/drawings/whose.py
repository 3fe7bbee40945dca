"""Chooses the hand whose drawings count, and names, adds, merges and deletes hands."""

from collections.abc import Sequence

import streamlit as st

from mnist_core import formatting
from mnist_core.kept import hands
from mnist_core.kept.hands import LONGEST_NAME, Hand
from ui import page

NOTE = (
    "A hand is whose drawings count together. The hand chosen here is the one that reads and learns while this browser "
    "draws; other browsers never see it."
)


def choose(owner: str, known: Sequence[Hand]) -> Hand | None:
    """Shows a browser's hands and what can be done with them.

    Args:
        owner: whose hands they are.
        known: the hands, the current one first.

    Returns:
        The current hand; None where there is none yet.
    """
    with st.container(key="hand_choice", horizontal=True, vertical_alignment="bottom"):
        current = _pick(owner, known)
        if current is not None:
            _rename(owner, current)
        _add(owner)
        if current is not None and len(known) > 1:
            _merge(owner, current, [hand for hand in known if hand.id != current.id])
        if current is not None:
            _delete(owner, current)
    st.caption(NOTE)
    return current


def _pick(owner: str, known: Sequence[Hand]) -> Hand | None:
    if not known:
        return None
    in_order = sorted(known, key=lambda hand: hand.id)
    current = known[0]
    picked = st.selectbox(
        "Hand",
        in_order,
        index=in_order.index(current),
        format_func=lambda hand: f"{hand.title}, {formatting.counted(hand.drawings, 'drawing')}",
        key=f"hand_{current.id}_{current.revision}_{len(known)}",
        width=300,
    )
    if picked is not None and picked.id != current.id:
        hands.choose(owner, picked.id)
        st.rerun()
    return current


def _rename(owner: str, hand: Hand) -> None:
    with st.popover("Name", key=f"ask_name_{hand.id}"):
        name = st.text_input("Name", hand.name, max_chars=LONGEST_NAME, key=f"name_{hand.id}")
        if st.button("Save the name", key="save_name"):
            with page.problems_told():
                hands.rename(owner, hand.id, name)
                st.rerun()


def _add(owner: str) -> None:
    with st.popover("New hand", key="ask_new_hand"):
        name = st.text_input("Whose hand is it?", max_chars=LONGEST_NAME, key="new_name", placeholder="A name, if any")
        if st.button("Make this hand", key="make_hand"):
            with page.problems_told():
                hands.make(owner, name)
                st.rerun()


def _merge(owner: str, hand: Hand, others: Sequence[Hand]) -> None:
    with st.popover("Merge", key=f"ask_merge_{hand.id}"):
        into = st.selectbox(
            f"Move all drawings of {hand.title} to", others, format_func=lambda other: other.title, key="merge_into"
        )
        if st.button("Merge", key="merge") and into is not None:
            with page.problems_told():
                hands.merge(owner, hand.id, into.id)
                hands.choose(owner, into.id)
                st.rerun()


def _delete(owner: str, hand: Hand) -> None:
    with st.popover("Delete hand", key=f"ask_delete_hand_{hand.id}"):
        st.write(f"{hand.title} and its {formatting.counted(hand.drawings, 'drawing')} will be deleted for good.")
        if st.button("Delete this hand", key="delete_hand"):
            with page.problems_told():
                hands.forget(owner, hand.id)
                st.rerun()
