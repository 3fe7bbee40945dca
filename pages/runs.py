"""The Runs page: all trainings with their curves and diagnoses, the models, K-fold validations and compressions."""

import streamlit as st

from mnist_core.models import registry
from mnist_core.runs import store
from ui import page, presenter
from ui.compression import history as compressions
from ui.training import folds, history, models

page.open_page("Runs", "training.css", "compression.css")
presenter.ask()

history.follow()
page.tell_all([*store.troubles(), *registry.troubles()])
st.subheader("Runs")
history.show()
st.subheader("Models")
models.shelf()
st.subheader("K-fold validations")
folds.history()
st.subheader("Smaller versions")
compressions.show()
