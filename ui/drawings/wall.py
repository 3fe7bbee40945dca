"""The wall of kept drawings, and one of them from near: what it is, how it was read, when."""

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.export.images import data_uri
from mnist_core.kept import drawings
from mnist_core.kept.drawings import Filter, Kept
from mnist_core.synthesis.non_digits import NONE, NUMBER
from ui import owner as owners
from ui import page
from ui.drawings import state
from ui.live import live_html

NAMES: dict[int, str] = {**{digit: str(digit) for digit in range(10)}, NONE: "no digit", NUMBER: "several digits"}
LABELS = {"any": None, **{name: label for label, name in NAMES.items()}}
READ = {"Right or wrong": None, "Read right": True, "Read wrong": False}
SINCE = {"At any time": None, "Today": timedelta(days=1), "In the last 7 days": timedelta(days=7)}


def filters(hand: int | None) -> Filter:
    """Lets the visitor choose which of a hand's drawings hang on the wall."""
    with st.container(key="filters", horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox(
            "What it is",
            LABELS,
            format_func=str.capitalize,
            key=state.LABEL,
            width=180,
        )
        read = st.selectbox("How it was read", READ, key=state.READ, width=180)
        since = st.selectbox("When", SINCE, key=state.SINCE, width=180)
    return state.wanted(hand, LABELS[label], READ[read], SINCE[since])


def show(owner: str, wanted: Filter) -> None:
    """Shows the drawings that are wanted, and the one that was pressed from near.

    Raises:
        StudioError: the database cannot be used.
    """
    count = drawings.count(owner, wanted)
    found = drawings.find(owner, wanted, limit=state.shown())
    live_html(wall_html(found, count, state.chosen()), key=state.WALL)
    with st.container(key="wall_actions", horizontal=True, vertical_alignment="center"):
        if len(found) < count:
            st.button("Show more", key="more", on_click=state.show_more)
        if count:
            with st.popover(f"Delete {'these' if count > 1 else 'this'}", key="ask_delete_all"):
                st.write(f"{formatting.counted(count, 'drawing')} will be deleted for good.")
                if st.button(f"Delete {formatting.counted(count, 'drawing')}", key="delete_all"):
                    with page.problems_told():
                        drawings.remove_all(owner, wanted)
                        st.rerun()
    if (id_ := state.chosen()) is not None and (kept := drawings.one(owner, id_)) is not None:
        _from_near(owner, kept)


def _from_near(owner: str, kept: Kept) -> None:
    with st.container(key="from_near"), page.problems_told():
        live_html(near_html(kept, owners.when(kept.kept)), key="near")
        with st.container(key="near_actions", horizontal=True, vertical_alignment="bottom"):
            label = st.selectbox(
                "It is",
                NAMES,
                index=list(NAMES).index(kept.label),
                format_func=lambda label: NAMES[label].capitalize(),
                key=f"label_{kept.id}_{kept.label}",
                width=180,
            )
            if label != kept.label:
                drawings.relabel(owner, kept.id, label)
                st.rerun()
            if st.button("Delete this drawing", key=f"delete_{kept.id}"):
                drawings.remove(owner, kept.id)
                st.rerun()


def wall_html(found: Sequence[Kept], count: int, chosen: int | None) -> Markup:
    """Hangs drawings on the wall, each a button.

    Args:
        found: some of the drawings, the latest first.
        count: how many there are.
        chosen: the id of the one that is shown from near.
    """
    if not count:
        return Markup('<p class="empty">No drawing of this kind is kept.</p>')
    tiles = Markup("").join(_tile(kept, kept.id == chosen) for kept in found)
    told = formatting.counted(count, "drawing")
    more = f", the latest {len(found)} of them" if len(found) < count else ""
    return Markup('<p class="wall-count" role="status">{}{}</p><div class="drawings">{}</div>').format(
        told, more, tiles
    )


def _tile(kept: Kept, pressed: bool) -> Markup:
    read = "" if kept.was_right else f", was read as {NAMES[kept.predicted]}"
    return Markup(
        '<button type="button" data-choice="{id}" aria-pressed="{pressed}" data-state="{state}" '
        'aria-label="{name}{read}"><img src="{picture}" alt=""><span>{name}</span></button>'
    ).format(
        id=kept.id,
        pressed=str(pressed).lower(),
        state="right" if kept.was_right else "wrong",
        name=NAMES[kept.label],
        read=read,
        picture=data_uri(kept.ink, "image/png"),
    )


def near_html(kept: Kept, when: str) -> Markup:
    """Shows one drawing from near."""
    verdict = "was read right" if kept.was_right else f"was read as {NAMES[kept.predicted]}"
    return Markup(
        '<figure class="near"><img src="{picture}" alt="Your drawing"><figcaption><strong>{name}</strong> It {verdict} '
        "by {model}, with confidence {confidence}. Kept {when}.</figcaption></figure>"
    ).format(
        picture=data_uri(kept.ink, "image/png"),
        name=NAMES[kept.label].capitalize(),
        verdict=verdict,
        model=kept.model or "another program",
        confidence=formatting.confidence(kept.confidence),
        when=when,
    )
