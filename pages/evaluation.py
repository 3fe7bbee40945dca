"""Evaluation: what a model reaches, where it fails, how sure it is, what it bears; two models side by side."""

import streamlit as st

from mnist_core.models import registry
from ui import page
from ui.evaluation import examination, measures, measuring, state
from ui.live import live_html

page.open_page("Evaluation", "evaluation.css")


@st.fragment
def evaluation() -> None:
    page.tell_all(registry.troubles())
    names = registry.names()
    active = registry.active_name()
    with st.container(key="chosen_models", horizontal=True):
        first = st.selectbox(
            "Model",
            names,
            index=names.index(active) if active in names else 0,
            key=state.EXAMINED,
            bind="query-params",
        )
        second = st.selectbox(
            "Beside it",
            [name for name in names if name != first],
            index=None,
            placeholder="another model" if len(names) > 1 else "there is no other yet",
            disabled=len(names) == 1,
            key=state.BESIDE,
            bind="query-params",
        )
    with page.problems_told():
        measured = measuring.measured([name for name in (first, second) if name])
        if not measured:
            return
        live_html(measures.reached_html(measured), key="reached")
        part = st.segmented_control(
            "What to look at",
            examination.PARTS,
            default="Figures",
            required=True,
            key=state.PART,
            label_visibility="collapsed",
            bind="query-params",
        )
        with st.container():  # whatever is said while MNIST loads: what comes below keeps its place, and its focus
            mnist = examination.test_images(measured)
        examination.PARTS[part](measured, mnist)


evaluation()
