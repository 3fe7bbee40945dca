"""The Train page: choose a recipe, see its network, press Retrain, watch it learn, and decide whether it shall read."""

import streamlit as st

from mnist_core import runs
from ui import network, page, recipe_form, training

page.open_page("Train", "training.css")

with st.container(key="training"):
    recipe_side, run_side = st.container(key="recipe_side"), st.container(key="run_side")
network_place = st.container()

with recipe_side, page.problems_told():
    recipe, subset = recipe_form.choose()
    with network_place:
        network.show(recipe)
    if st.button("Retrain", type="primary", key="retrain", width="stretch"):
        runs.start(recipe, subset=subset)
with run_side:
    training.show()
