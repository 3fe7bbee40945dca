import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_core.data.mnist import DataError, Mnist
from ui import resources


@pytest.fixture(autouse=True)
def nothing_loaded():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def script() -> None:
    import streamlit as st

    from ui import page, resources

    with page.problems_told():
        st.text(f"{len(resources.mnist().x_train)} images")


def test_mnist_is_loaded_once_for_all_visitors(small_mnist, monkeypatch):
    loads = []
    monkeypatch.setattr(resources, "load_mnist", lambda: loads.append("load") or small_mnist)

    visitors = [AppTest.from_function(script, default_timeout=30) for _ in range(3)]
    assert [visitor.run().text[0].value for visitor in visitors] == ["300 images"] * 3
    assert len(loads) == 1


def test_data_that_cannot_be_read_are_told_of_and_tried_again(small_mnist, monkeypatch):
    outcomes = iter([DataError("The file is damaged."), small_mnist])

    def load() -> Mnist:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(resources, "load_mnist", load)
    app = AppTest.from_function(script, default_timeout=30).run()

    assert app.error[0].value == "The file is damaged."
    assert app.run().text[0].value == "300 images"
