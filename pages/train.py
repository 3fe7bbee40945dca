"""The Train page: choose a recipe, press Retrain, watch it learn, decide whether to use it; combine models."""

import streamlit as st

from mnist_core.models import registry
from mnist_core.runs import control, store
from ui import into_view, page, presenter
from ui.training import code, ensembles, folds, gpus, network, own, recipe_form
from ui.training.run import show

page.open_page("Train", "training.css")
presenter.ask()

page.tell_all(store.troubles())
with st.container(key="training"):
    recipe_side, run_side = st.container(key="recipe_side"), st.container(key="run_side")
network_place = st.container()
with st.container(key="kfold"):
    st.subheader("K-fold validation of this recipe")
    with st.container(key="folds"):
        folds_side, folds_result_side = st.container(key="folds_side"), st.container(key="folds_result_side")

with st.container(key="ensemble"):
    ensembles.ask()

with recipe_side, page.problems_told():
    chosen, subset = recipe_form.choose()
    gpu = gpus.choose()
    teacher_place, own_place, retrain_place = st.container(), st.container(), st.container()
    recipe = recipe_form.change(chosen)
    with teacher_place:
        recipe = recipe_form.choose_teacher(recipe, registry.names())
    with own_place:
        with_own = recipe_form.choose_own(recipe, own.count())
    with network_place:
        network.show(recipe)
        code.show(recipe, subset)
    with folds_side:
        folds.ask(recipe, gpu)
    with retrain_place:
        if st.button("Retrain", type="primary", key="retrain", width="stretch", **presenter.lock()):
            presenter.required("Training")
            run = control.start(with_own, subset=subset, gpu=gpu, own=own.of_recipe(with_own))
            into_view.bring("run_headline", occasion=run.id)
        gpus.tell(gpu)
with run_side:
    show()
with folds_result_side:
    folds.show()
