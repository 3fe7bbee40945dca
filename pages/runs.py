"""The Runs page: every training there was, its curves and what they tell, and the models that came of them."""

import streamlit as st

from ui import history, models, page

page.open_page("Runs", "training.css")

st.subheader("Runs")
history.show()
st.subheader("Models")
models.shelf()
