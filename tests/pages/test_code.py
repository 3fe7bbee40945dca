"""The code that the Train and the Model page show to those who open it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.export.reading_script import reading_script
from mnist_core.export.script import training_script
from mnist_core.models import model_folder, registry
from mnist_core.networks import recipes

ROOT = Path(__file__).parents[2]


@pytest.fixture
def opened():
    """Lets a new visitor open a page, and the code on it."""

    def open_page(script: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run().switch_page(script).run()
        assert not app.code
        app.session_state["code"] = True
        return app.run()

    return open_page


def shown(app: AppTest) -> str:
    """Returns the script on the page, which Streamlit strips."""
    (code,) = app.code
    return f"{code.value}\n"


def test_the_train_page_shows_the_script_of_what_would_be_trained(opened):
    app = opened("pages/train.py")
    assert shown(app) == training_script(recipes.QUICK)

    app.selectbox(key="recipe").set_value("tutorial-3").run()
    app.number_input(key="epochs_tutorial-3").set_value(2)
    app.selectbox(key="optimizer_tutorial-3").set_value("sgd")
    app.select_slider(key="share").set_value("10 %").run()
    changed = replace(recipes.with_optimizer(recipes.TUTORIAL_3, "sgd"), epochs=2)
    assert shown(app) == training_script(changed, 6000)


def test_the_model_page_shows_the_script_that_reads_with_the_model(opened, own_model):
    registry.activate(own_model.name)
    app = opened("pages/model.py")
    assert shown(app) == reading_script(model_folder.Model.open(own_model))


def test_a_recipe_of_another_version_is_told_in_a_sentence(opened, own_model):
    card = json.loads((own_model / model_folder.CARD).read_text(encoding="utf-8"))
    card["recipe"] |= {"architecture": "tutorial-9"}
    (own_model / model_folder.CARD).write_text(json.dumps(card), encoding="utf-8")
    registry.activate(own_model.name)
    app = opened("pages/model.py")
    assert "architecture must be one of" in app.error[0].value
    assert not app.code
