"""The Runs page: every training there was, its curves and what they tell, the models that came of them; validations."""

import streamlit as st

from mnist_core import registry, runs
from ui import folds, history, models, page

page.open_page("Runs", "training.css")

history.follow()
page.tell_all([*runs.troubles(), *registry.troubles()])
st.subheader("Runs")
history.show()
st.subheader("Models")
models.shelf()
st.subheader("Recipes judged by K folds")
folds.history()
