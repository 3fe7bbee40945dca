import numpy as np
import pytest
import streamlit as st

from ui.dataset import resources


@pytest.fixture(autouse=True)
def nothing_worked_out():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def test_the_map_holds_evenly_spread_images_and_no_more_than_can_be_seen(small_mnist, monkeypatch):
    monkeypatch.setattr(resources, "MAPPED", 50)
    indices, projection = resources.digit_map(small_mnist)

    assert indices.tolist() == list(range(0, 300, 6))
    assert projection.points.shape == (50, 2)


def test_statistics_are_those_of_each_split(small_mnist):
    statistics = resources.statistics(small_mnist)

    np.testing.assert_array_equal(statistics["Training"].counts, np.bincount(small_mnist.y_train))
    np.testing.assert_array_equal(statistics["Test"].counts, np.bincount(small_mnist.y_test))
