"""Models side by side, and the buttons that choose, take back and delete."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from mnist_core.evaluation.comparison import Figures, figures, verdict
from mnist_core.models import registry
from mnist_core.models.registry import Model
from ui import page, tables
from ui.evaluation import drawn
from ui.live import live_html
from ui.tables import Column


@st.cache_data(show_spinner=False, max_entries=32)
def _figures(name: str, sha256: str) -> Figures:
    """Measures a model once; the checksum tells when another one has its name."""
    return figures(Model.open(registry.folder_of(name)))


def figures_of(name: str) -> Figures:
    """Gives a model's figures, measured once.

    Raises:
        ModelError: there is no such model, or it is damaged.
    """
    model = Model.open(registry.folder_of(name))
    return _figures(name, model.card["files"][registry.NETWORK]["sha256"])


def against_rival(name: str) -> tuple[Figures, Figures | None]:
    """Gives a model's figures and those of the one that reads or, where it reads itself, of the one before.

    Raises:
        ModelError: a model is damaged.
    """
    active = registry.active_name()
    rival = registry.previous_name() if name == active else active
    return figures_of(name), None if rival is None else figures_of(rival)


def offer(name: str) -> None:
    """Says how a new model compares, and lets the person choose it or take that back.

    Raises:
        ModelError: a model is damaged.
    """
    new, old = against_rival(name)
    if name == registry.active_name():
        st.markdown(f"**{name} reads now**, for everybody.")
        back(key="back_from_offer")
        return
    if st.button("Use this model", type="primary", key="use"):
        use(name)
    if old is not None:
        st.markdown(verdict(new, old))


def back(*, key: str) -> None:
    """Shows the button that takes the last choice of a model back, if there was one."""
    previous = registry.previous_name()
    if previous is not None and st.button(f"Go back to {previous}", key=key):
        use(previous)


def use(name: str) -> None:
    """Lets a model read from now on, and shows the page anew."""
    with page.problems_told():
        registry.activate(name)
        st.rerun()


def comparison_html(new: Figures, old: Figures | None, shares: Sequence[str], note: str) -> str:
    """Lays two models side by side, the new one first.

    Args:
        new: a model's figures.
        old: those of the one that it is compared with.
        shares: what each reads of drawn digits, as written.
        note: a sentence on that.
    """
    both = [new] if old is None else [new, old]
    rows = {
        "Test digits read right": [f"{100 * one.accuracy:.2f} %" for one in both],
        "Mistakes": [f"{one.mistakes:,} of {one.images:,}" for one in both],
        "Drawn digits read right": list(shares),
        "Confidence off by": [f"{100 * one.calibration_error:.1f} points" for one in both],
        "Parameters": [f"{one.parameters:,}" for one in both],
        "Size": [f"{one.size_bytes / 1e6:.2f} MB" for one in both],
        "Reads a picture in": [f"{one.reading_ms:.2f} ms" for one in both],
    }
    head = "".join(f'<th scope="col" class="number">{escape(one.name)}</th>' for one in both)
    body = "".join(
        f'<tr><th scope="row">{name}</th>' + "".join(f'<td class="number">{value}</td>' for value in values) + "</tr>"
        for name, values in rows.items()
    )
    return (
        f'<section class="comparison"><div class="sheet"><table><thead><tr><td></td>{head}</tr></thead>'
        f'<tbody>{body}</tbody></table></div><p class="note">{escape(note)}</p></section>'
    )


def show_comparison(name: str) -> None:
    """Shows a model beside its rival, as `against_rival` gives it.

    Raises:
        ModelError: a model is damaged.
    """
    new, old = against_rival(name)
    look = drawn.look([one.name for one in (new, old) if one is not None])
    live_html(comparison_html(new, old, look.shares, look.note), key="comparison")


def shelf() -> None:
    """Shows all models, and lets the person choose the one that reads, take that back, and delete."""
    names = registry.names()
    active = registry.active_name()
    drawn.watch(names, lambda look: live_html(shelf_html(names, active, look.shares, look.note), key="shelf"))
    with st.container(key="shelf_actions", horizontal=True, vertical_alignment="bottom"), page.problems_told():
        name = st.selectbox("Model", names, key="model", width=260)
        if st.button("Use", key="use_from_shelf", disabled=name == active):
            use(name)
        with st.popover("Delete", disabled=name in (active, registry.SHIPPED.name), key=f"ask_to_delete_{name}"):
            st.write(f"The model {name} will be gone for good.")
            if st.button(f"Delete {name}", key="delete"):
                registry.delete(name)
                st.rerun()
        back(key="back_from_shelf")


def shelf_html(names: Sequence[str], active: str, shares: Sequence[str], note: str) -> str:
    """Lists models with their figures, and what each reads of drawn digits."""
    figures = ["Test accuracy", "Drawn digits", "Parameters", "Size", "A picture in"]
    columns = [Column("Model"), Column("Recipe"), *(Column(name, number=True) for name in figures)]
    rows = [_shelf_row(columns, name, name == active, share) for name, share in zip(names, shares, strict=True)]
    return f'{tables.table_html(columns, rows)}<p class="note">{escape(note)}</p>'


def _shelf_row(columns: Sequence[Column], name: str, reads: bool, share: str) -> str:
    named = escape(name) + (" <em>reads now</em>" if reads else "")
    try:
        one = figures_of(name)
    except registry.ModelError as error:
        return f'<tr><th scope="row">{named}</th><td colspan="{len(columns) - 1}">{escape(str(error))}</td></tr>'
    numbers = (
        f"{100 * one.accuracy:.2f} %",
        share,
        f"{one.parameters:,}",
        f"{one.size_bytes / 1e6:.2f} MB",
        f"{one.reading_ms:.2f} ms",
    )
    return tables.row_html(columns, [named, escape(one.recipe), *map(escape, numbers)])
