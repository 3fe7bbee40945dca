"""The Evaluation page: accuracy, mistakes, calibration and robustness of a model, or of two side by side."""

import streamlit as st

from mnist_core.models import registry
from ui import page, presenter, reports
from ui.evaluation import examination, figures, measuring, state
from ui.live import live_html

page.open_page("Evaluation", "evaluation.css")
presenter.ask()


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
            "Compare with",
            [name for name in names if name != first],
            index=None,
            placeholder="another model" if len(names) > 1 else "no other model yet",
            disabled=len(names) == 1,
            key=state.BESIDE,
            bind="query-params",
        )
    with page.problems_told():
        measured = measuring.measured([name for name in (first, second) if name])
        if not measured:
            return
        live_html(figures.reached_html(measured), key="reached")
        reports.offer([m.name for m in measured])
        part = st.segmented_control(
            "What to look at",
            examination.PARTS,
            default="Figures",
            required=True,
            key=state.PART,
            label_visibility="collapsed",
            bind="query-params",
        )
        with st.container():  # a message shown while MNIST loads does not move what comes below, or its focus
            mnist = examination.test_images(measured)
        examination.PARTS[part](measured, mnist)


evaluation()
