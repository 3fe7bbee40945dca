from mnist_core.evaluation.drawn import described
from tests.evaluation.test_pairs import drew
from ui.evaluation import drawn


def test_of_three_models_it_says_which_digits_were_read_and_compares_no_two():
    of_each = {name: drew(misread) for name, misread in (("a", (1, 5)), ("b", (2,)), ("c", (3,)))}
    assert drawn._note(of_each) == described(of_each["a"])
