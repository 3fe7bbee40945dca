"""The code that pages show, as a person opens it, changes it by the form and takes it."""

from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Download, expect

from mnist_core.models import registry
from tests.browser.conftest import PHONE, Visitor


def open_code(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    visitor.page.get_by_text("Show me the code").click()
    expect(visitor.page.get_by_test_id("stCode")).to_be_visible()


def taken(visitor: Visitor, button: str) -> Download:
    with visitor.page.expect_download() as download:
        visitor.press(button)
    return download.value


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_the_script_follows_the_form_and_can_be_taken(visit, options):
    visitor = visit(**options)
    open_code(visitor, "/train")
    code = visitor.page.get_by_test_id("stCode")
    expect(code).to_contain_text("epochs = 1 ")
    visitor.page.locator(".st-key-recipe_side summary").click()
    field = visitor.page.get_by_label("Epochs")
    field.fill("3")
    field.press("Enter")
    expect(code).to_contain_text("epochs = 3 ")

    script = taken(visitor, "Script .py")
    assert script.suggested_filename == "quick.py"
    assert "epochs = 3 " in Path(script.path()).read_text(encoding="utf-8")
    notebook = nbformat.read(taken(visitor, "Notebook .ipynb").path(), as_version=4)
    assert "epochs = 3 " in "".join(cell.source for cell in notebook.cells)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= visitor.page.viewport_size["width"]


def test_the_model_page_gives_the_script_with_the_model_that_it_reads(visitor):
    open_code(visitor, "/model")
    script, model = taken(visitor, "Script .py"), taken(visitor, "Model .keras")
    assert f'model_file = "{model.suggested_filename}"' in Path(script.path()).read_text(encoding="utf-8")
    assert Path(model.path()).read_bytes() == registry.shipped().keras_path.read_bytes()
