"""Chooses models and combines them in an ensemble; how that goes is shown where a training is."""

import streamlit as st

from mnist_core.errors import StudioError
from mnist_core.models import registry
from mnist_core.models.model_folder import Model
from mnist_core.networks.recipe import MEMBERS
from mnist_core.runs import control
from mnist_core.training import combining
from ui import into_view, page, presenter

WHAT = (
    "Several models read each digit, and their probabilities are averaged: where one errs, the others often do not. "
    "The ensemble is a model like any other. It is as large and takes as long as its members together, so what it "
    "gains is compared with its best member."
)
TOO_FEW = "It takes two models. Train another one: with another random seed it makes other mistakes."


def ask() -> None:
    """Lets the person choose models and combine them."""
    st.subheader("Ensemble: several models as one")
    st.caption(WHAT)
    names = combinable()
    if len(names) < MEMBERS[0]:
        st.caption(TOO_FEW)
    with page.problems_told(), st.container(key="combining", horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect(
            "Models to combine",
            names,
            max_selections=MEMBERS[-1],
            placeholder=f"{MEMBERS[0]} to {MEMBERS[-1]} models",
            disabled=len(names) < MEMBERS[0],
            key="members",
        )
        if st.button("Combine them", key="combine", **presenter.lock(len(chosen) < MEMBERS[0])):
            presenter.required("Combining models")
            run = control.start(combining.recipe_of(chosen))
            into_view.bring("run_headline", occasion=run.id)


def combinable() -> list[str]:
    """Lists the models that are no ensembles; a damaged one is among them, and says why when it is chosen."""
    return [name for name in registry.names() if not _is_ensemble(name)]


def _is_ensemble(name: str) -> bool:
    try:
        return combining.is_ensemble(Model.open(registry.folder_of(name)))
    except StudioError:
        return False
