"""What one or two models reach, as figures and a table, each with a line that says what it means.

The first model has the accent's colour wherever both are shown, the second that of the text.
"""

from collections.abc import Sequence

from markupsafe import Markup

from mnist_core import formatting
from mnist_core.evaluation.figures import FIGURES, origin
from mnist_core.evaluation.measured import Measured
from mnist_core.evaluation.metrics import figures_per_digit
from mnist_core.evaluation.pairs import Discordant
from mnist_core.export.tables import table_html


def reached_html(measured: Sequence[Measured]) -> Markup:
    """Shows the test accuracy of each model in one large number."""
    shown = Markup("").join(
        Markup(
            '<div class="{kind}"><h2>{origin}</h2><p class="reached">{accuracy}</p><p><strong>{name}</strong>: '
            "{mistakes} in {images} test digits. None of them was used in training.</p></div>"
        ).format(
            kind="first" if m is measured[0] else "second",
            origin=origin(m),
            accuracy=formatting.per_cent(m.evaluation.accuracy),
            name=m.name,
            mistakes=formatting.counted(m.mistakes, "mistake"),
            images=formatting.count(m.evaluation.images),
        )
        for m in measured
    )
    return Markup('<section class="reach">{}</section>').format(shown)


def figures_html(measured: Sequence[Measured]) -> Markup:
    """Lists the figures of models, the better one of two in bold."""
    kept = measured[0].evaluation
    counts = {
        "training_images": formatting.count(kept.training.images),
        "disturbed_images": formatting.count(kept.robustness.images),
    }
    cells = Markup("")
    for figure in FIGURES:
        values = [figure.value(m) for m in measured]
        written = [figure.written(value) for value in values]
        best = figure.best(*values) if figure.best and len(set(written)) > 1 else None
        shown = Markup("").join(
            Markup('<dd class="value{}">{}</dd>').format(" best" if value == best or len(values) == 1 else "", text)
            for value, text in zip(values, written, strict=True)
        )
        meaning = figure.meaning.format(**counts)
        cells += Markup("<div><dt>{}</dt>{}<dd>{}</dd></div>").format(figure.name, shown, meaning)
    return Markup('<section class="figures"><h2>All figures</h2><dl>{}</dl></section>').format(cells)


def difference_html(found: Discordant) -> Markup:
    """Says whether the difference between two models is more than chance."""
    return Markup(
        '<section class="difference"><h2>More than chance?</h2><p><strong>{}</strong> {}</p>'
        "<p>McNemar’s exact test (1947), two-sided: p is how likely two equally good models differ at least as much. "
        "It speaks of these two networks; another random seed makes others.</p></section>"
    ).format(found.verdict, found.counts)


def drawn_html(measured: Sequence[Measured], shares: Sequence[str], note: str) -> Markup:
    """Shows the accuracy of models on pen-drawn digits.

    Args:
        measured: one or two models.
        shares: their accuracies, as written.
        note: of which digits they speak.
    """
    shown = named_values_html([(m.name, share) for m, share in zip(measured, shares, strict=True)])
    return Markup('<section class="drawn"><h2>Pen-drawn digits</h2>{}<p>{}</p></section>').format(shown, note)


def named_values_html(values: Sequence[tuple[str, str]]) -> Markup:
    """Writes large values, each with the name of its model beside it."""
    return Markup("").join(
        Markup('<p class="reached{}">{} <small>{}</small></p>').format(" second" if number else "", value, name)
        for number, (name, value) in enumerate(values)
    )


def per_digit_html(measured: Sequence[Measured]) -> Markup:
    """Lists precision, recall and F1 of each digit; of two models F1 only, side by side."""
    digits = [figures_per_digit(m.evaluation.confusion) for m in measured]
    if len(measured) == 1:
        title = "Precision, recall, F1"
        columns = ["Digit", "Images", "Precision", "Recall", "F1"]
        rows = [
            [str(digit), formatting.count(d.images), *map(formatting.per_cent, (d.precision, d.recall, d.f1))]
            for digit, d in enumerate(digits[0])
        ]
    else:
        title = "F1, digit by digit"
        columns = ["Digit", *(m.name for m in measured)]
        rows = [
            [str(digit), *(formatting.per_cent(d.f1) for d in both)]
            for digit, both in enumerate(zip(*digits, strict=True))
        ]
    return Markup(
        '<section class="per-digit" data-models="{}"><h2>{}</h2><p>Precision: of all that it read as a 5, how many are '
        "5s. Recall: of all 5s, how many it read as a 5. F1 is high when both are.</p>{}</section>"
    ).format(len(measured), title, table_html(columns, rows))
