"""Lets the active model learn a hand's drawings, and shows how that goes."""

import streamlit as st

from mnist_core import formatting
from mnist_core.kept import learning
from mnist_core.kept.drawings import Filter
from mnist_core.models import registry
from mnist_core.runs import control
from mnist_core.training import mixture
from mnist_core.training.own_drawings import LEAST, OwnDrawings
from ui import into_view, page, presenter
from ui.drawings import state
from ui.training.run import show

WHAT = (
    "Your drawings are remembered as soon as you say what they are. The network itself learns them when you ask it to: "
    "it takes some seconds, mixes in what it knows already, and ends in a comparison. Nothing changes before you say "
    "“Use this model”."
)


def offer(owner: str, hand: int, count: int) -> None:
    """Shows the button that starts the fine-tuning of the active model.

    Args:
        owner: whose drawings they are.
        hand: one of their hands.
        count: how many drawings it has.
    """
    st.subheader("Teach the network")
    st.write(WHAT)
    if st.button("Teach the network", type="primary", key="teach", **presenter.lock(count < LEAST)):
        with page.problems_told():
            own = OwnDrawings.divided(*learning.images(owner, Filter(hand=hand)))
            presenter.required("Training")
            run = control.start(mixture.recipe_of(registry.active(), len(own.learned[1])), own=own)
            state.begin_teaching(run.id)
            into_view.bring("run_headline", occasion=run.id)
    if count < LEAST:
        st.caption(f"It takes {LEAST} drawings, and there are {formatting.count(count)}.")
    if state.teaches():
        show()
