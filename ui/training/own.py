"""The visitor's kept drawings, as the Train page may hand them to a training.

The database's library is imported only where there may be some: a new server starts without it.
"""

from mnist_core import settings
from mnist_core.networks.recipe import Recipe
from mnist_core.training.own_drawings import OwnDrawings
from ui import owner, page


def count() -> int:
    """Counts the drawings of the visitor's current hand; where that cannot be known, says why."""
    whose = owner.of_visitor()
    if whose is None or not settings.may_have_drawings():
        return 0
    from mnist_core.kept import hands

    with page.problems_told():
        known = hands.all_of(whose)
        return known[0].drawings if known else 0
    return 0


def of_recipe(recipe: Recipe) -> OwnDrawings | None:
    """Returns the drawings that a recipe wants to be learned; None where it wants none.

    Raises:
        TooFewDrawings: there are too few.
        StudioError: they cannot be read.
    """
    if not recipe.own_shown:
        return None
    from mnist_core.kept import hands, learning
    from mnist_core.kept.drawings import Filter

    whose = owner.required()
    hand = hands.current(whose)
    return OwnDrawings.divided(*learning.images(whose, Filter(hand=None if hand is None else hand.id)))
