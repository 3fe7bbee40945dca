"""Models side by side, and the buttons that choose, take back and delete."""

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.evaluation import own as own_figures
from mnist_core.evaluation.comparison import Figures, cost, figures, verdict
from mnist_core.evaluation.own import Own
from mnist_core.export.tables import Cell, Column, cards_html, table_html
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model
from mnist_core.training import combining
from ui import page, presenter
from ui.evaluation import drawn
from ui.live import live_html


@st.cache_data(show_spinner=False, max_entries=32)
def _figures(name: str, sha256: str) -> Figures:
    """Measures a model once; the checksum tells when another one has its name."""
    return figures(Model.open(registry.folder_of(name)))


def figures_of(name: str) -> Figures:
    """Returns a model's figures, measured once.

    Raises:
        ModelError: there is no such model, or it is damaged.
    """
    model = Model.open(registry.folder_of(name))
    return _figures(name, model.card["files"][model_folder.NETWORK]["sha256"])


def against_rival(name: str) -> tuple[Figures, Figures | None]:
    """Returns a model's figures and those of what it has to be better than.

    That is an ensemble's best member, while one is here. Of other models it is the active one or, where it is active
    itself, the one before.

    Raises:
        ModelError: a model is damaged.
    """
    members = [figures_of(one.name) for one in combining.members_at_hand(Model.open(registry.folder_of(name)))]
    if members:
        return figures_of(name), max(members, key=lambda one: one.accuracy)
    active = registry.active_name()
    rival = registry.previous_name() if name == active else active
    return figures_of(name), None if rival is None else figures_of(rival)


def offer(name: str) -> None:
    """Shows how a new model compares, and lets the person activate it or go back.

    Raises:
        ModelError: a model is damaged.
    """
    new, old = against_rival(name)
    model, active = (Model.open(registry.folder_of(one)) for one in (name, registry.active_name()))
    if old is None:
        words = ""
    else:
        is_member = old.name in model.card.get("members", {})
        words = f"{verdict(new, old)} {cost(new, old)}" if is_member else verdict(new, old)
    if name == registry.active_name():
        st.markdown(f"**{name} is active**: it reads what everybody draws.")
        back(key="back_from_offer")
        if "members" in model.card:
            st.markdown(words)
        return
    if st.button("Use this model", type="primary", key="use", **presenter.lock()):
        use(name)
    st.markdown(words)
    page.tell_all(losses(model, active))


def back(*, key: str) -> None:
    """Shows the button that takes the last choice of a model back, if there was one."""
    previous = registry.previous_name()
    if previous is not None and st.button(f"Go back to {previous}", key=key, **presenter.lock()):
        use(previous)


def use(name: str) -> None:
    """Activates a model, and shows the page again."""
    with page.problems_told():
        presenter.required("Choosing the model that reads")
        registry.activate(name)
        st.rerun()


LOSS = 0.001
"""A new model that loses more than this, 0.1 points, of another's accuracy is offered with a warning."""


def losses(new: Model, old: Model) -> list[str]:
    """Says what a new model reads worse than another one, by more than `LOSS`.

    Raises:
        StudioError: a model is damaged, or its figures cannot be read.
    """
    pairs = {"MNIST’s test images": (new.evaluation["accuracy"], old.evaluation["accuracy"])}
    after, before = (drawn.kept(model.name) for model in (new, old))
    if after is not None and before is not None:
        pairs["pen-drawn digits"] = after.accuracy, before.accuracy
    return [
        f"{new.name} reads {formatting.points(had - has)} less of {what} than {old.name}."
        for what, (has, had) in pairs.items()
        if had - has > LOSS
    ]


def _own_rows(own: Own | None, columns: int) -> list[tuple[str, ...]]:
    """Says how many kept drawings a model and the one before it read right."""
    if own is None:
        return []
    parts = (("Drawings it learned from", own.learned), ("Drawings held back", own.held_back))
    return [
        (name, *(f"{right} of {part.drawings}" for right in (part.after, part.before)[:columns]))
        for name, part in parts
    ]


def comparison_html(
    new: Figures, old: Figures | None, shares: Sequence[str], note: str, own: Own | None = None
) -> Markup:
    """Lays two models side by side, the new one first.

    Args:
        new: a model's figures.
        old: those of the one that it is compared with.
        shares: what each reads of drawn digits, as written.
        note: a sentence on that.
        own: what both read of the kept drawings that the new one learned from, where it did.
    """
    both = [new] if old is None else [new, old]
    rows = [
        ("Test accuracy", *(formatting.per_cent(one.accuracy) for one in both)),
        ("Mistakes", *(f"{formatting.count(one.mistakes)} of {formatting.count(one.images)}" for one in both)),
        ("Accuracy on pen-drawn digits", *shares),
        *_own_rows(own if old is None or own is None or own.before == old.name else None, len(both)),
        ("Calibration error", *(formatting.points(one.calibration_error) for one in both)),
        ("Parameters", *(formatting.count(one.parameters) for one in both)),
        ("Size", *(formatting.megabytes(one.size_bytes, 2) for one in both)),
        ("Inference time", *(formatting.milliseconds(one.reading_ms) for one in both)),
    ]
    columns = [Column(""), *(Column(one.name, number=True) for one in both)]
    return Markup('<section class="comparison"><div class="sheet">{}</div><p class="note">{}</p></section>').format(
        table_html(columns, rows), note
    )


def show_comparison(name: str) -> None:
    """Shows a model beside its rival, as `against_rival` gives it.

    Raises:
        ModelError: a model is damaged.
    """
    new, old = against_rival(name)
    look = drawn.look([one.name for one in (new, old) if one is not None])
    own = own_figures.kept(Model.open(registry.folder_of(name)))
    live_html(comparison_html(new, old, look.shares, look.note, own), key="comparison")


def shelf() -> None:
    """Shows all models, and lets the person choose the one that reads, take that back, and delete."""
    names = registry.names()
    active = registry.active_name()
    drawn.show(names, lambda look: live_html(shelf_html(names, active, look.shares, look.note), key="shelf"))
    with st.container(key="shelf_actions", horizontal=True, vertical_alignment="bottom"), page.problems_told():
        name = st.selectbox("Model", names, key="model", width=260)
        if st.button("Use", key="use_from_shelf", **presenter.lock(name == active)):
            use(name)
        is_in_use = name in (active, registry.SHIPPED.name)
        with st.popover("Delete", key=f"ask_to_delete_{name}", **presenter.lock(is_in_use)):
            st.write(f"The model {name} will be deleted for good.")
            if st.button(f"Delete {name}", key="delete"):
                presenter.required("Deleting a model")
                registry.delete(name)
                st.rerun()
        back(key="back_from_shelf")


def shelf_html(names: Sequence[str], active: str, shares: Sequence[str], note: str) -> Markup:
    """Lists models with their figures, and what each reads of pen-drawn digits."""
    figures = ["Test accuracy", "Pen-drawn digits", "Parameters", "Size", "Inference time"]
    columns = [Column("Model"), Column("Recipe"), *(Column(name, number=True) for name in figures)]
    rows = [_shelf_row(name, name == active, share) for name, share in zip(names, shares, strict=True)]
    return Markup('{}<p class="note">{}</p>').format(cards_html(columns, rows), note)


def _shelf_row(name: str, reads: bool, share: str) -> tuple[object, ...]:
    named = Markup("{}{}").format(name, Markup(" <em>active</em>") if reads else "")
    try:
        one = figures_of(name)
    except model_folder.ModelError as error:
        return (named, Cell(str(error), span=6))
    return (
        named,
        one.recipe,
        formatting.per_cent(one.accuracy),
        share,
        formatting.count(one.parameters),
        formatting.megabytes(one.size_bytes, 2),
        formatting.milliseconds(one.reading_ms),
    )
