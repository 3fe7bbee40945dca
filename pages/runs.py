"""The Runs page: all trainings with their curves and diagnoses, the models, and the K-fold validations."""

import streamlit as st

from mnist_core.models import registry
from mnist_core.runs import store
from ui import page, presenter
from ui.training import folds, history, models

page.open_page("Runs", "training.css")
presenter.ask()

history.follow()
page.tell_all([*store.troubles(), *registry.troubles()])
st.subheader("Runs")
history.show()
st.subheader("Models")
models.shelf()
st.subheader("K-fold validations")
folds.history()
