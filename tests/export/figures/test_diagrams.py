import pytest

from mnist_core import formatting
from mnist_core.export.figures import diagrams
from mnist_core.networks import architectures, recipes
from tests.export.figures.conftest import texts


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda recipe: recipe.name)
def test_every_layer_that_learns_is_drawn_with_its_shape_and_parameters(draw, recipe):
    written = texts(draw(diagrams.network, recipe=recipe))

    rows = [row for row in architectures.table(recipe) if row.kind in diagrams.DRAWN]
    assert sum(text in diagrams.DRAWN for text in written) == len(rows)
    for row in rows:
        assert formatting.shape(row.output_shape) in written
    told = sum(int(text.split()[0].replace(",", "")) for text in written if text.endswith(" parameters"))
    others = [row for row in architectures.table(recipe) if row.kind not in diagrams.DRAWN]
    assert told == sum(row.parameters for row in rows)
    assert any(formatting.count(architectures.parameters(recipe)) in text for text in written)
    assert all(any("Not drawn: " in text and row.kind in text for text in written) for row in others)
