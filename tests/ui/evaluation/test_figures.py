import re

from tests.ui.words import words
from ui.evaluation import figures


def test_of_two_models_the_better_figure_is_bold_and_only_where_one_is_better(shipped, other):
    html = figures.figures_html([other, shipped])
    mistakes, *_ = re.findall(r"<dt>Mistakes</dt>(.*?)</div>", html)
    (parameters,) = re.findall(r"<dt>Parameters</dt>(.*?)</div>", html)

    assert re.findall(r'class="value([^"]*)">([\d,]+)<', mistakes) == [
        ("", str(other.mistakes)),
        (" best", str(shipped.mistakes)),
    ]
    assert other.mistakes == shipped.mistakes + 100
    assert "best" not in parameters


def test_what_one_model_reaches_is_said_with_its_mistakes(shipped, other):
    said = words(figures.reached_html([shipped, other]))

    assert said.startswith(
        f"MNIST test set {100 * shipped.evaluation.accuracy:.2f} % shipped : {shipped.mistakes} mistakes"
    )
    assert "<other>" not in figures.reached_html([shipped, other])


def test_one_model_has_precision_recall_and_f1_and_two_have_f1_each(shipped, other):
    one, two = figures.per_digit_html([shipped]), figures.per_digit_html([shipped, other])
    three = shipped.evaluation.confusion[3]

    assert f"{100 * three[3] / sum(three):.2f} %" in one
    assert one.count("<tr>") == two.count("<tr>") == 11
    assert [len(re.findall("<td>[^<]", html)) for html in (one, two)] == [40, 20]
