from xml.etree import ElementTree

import pytest

from mnist_core.networks import architectures, recipes
from ui.training import network


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_network_begins_with_the_picture_and_ends_with_the_answer(name):
    section = ElementTree.fromstring(network.network_html(architectures.table(recipes.find(name))))
    layers = section.findall("ol/li")

    assert layers[0].find("strong").text == "Picture"
    assert layers[0].findall("span")[1].text == "28 × 28 × 1"
    assert layers[-1].find("strong").text == "Dense"
    assert 3 <= len(layers) <= 20


def test_the_table_has_every_layer_and_the_sum_of_their_parameters():
    table = ElementTree.fromstring(network.layers_html(architectures.table(recipes.find("tutorial-3")))).find("table")
    parameters = [row.findall("td")[-1].text for row in table.findall("tbody/tr")]

    assert [number for number in parameters if number != "0"] == ["320", "18,496", "102,464", "650"]
    assert table.find("tfoot/tr/td").text == "121,930"
