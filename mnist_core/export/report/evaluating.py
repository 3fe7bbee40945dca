"""What a report tells of how well models read: figures, mistakes, pen-drawn digits, examples, and which is better."""

from collections.abc import Iterator, Sequence
from functools import partial

from markupsafe import Markup

from mnist_core import formatting, settings
from mnist_core.data.mnist import CLASSES
from mnist_core.drawing.strokes import StrokePackError
from mnist_core.evaluation import drawn as pen_drawn
from mnist_core.evaluation.figures import FIGURES
from mnist_core.evaluation.intervals import wilson_interval
from mnist_core.evaluation.metrics import figures_per_digit
from mnist_core.evaluation.pairs import (
    SOURCE,
    Discordant,
    NoPair,
    discordant,
    discordant_drawn,
    require_same_drawings,
    sort_mistakes,
)
from mnist_core.evaluation.results import Reading
from mnist_core.export import cards
from mnist_core.export.figures.subjects import Subject
from mnist_core.export.readings import read, readings_html
from mnist_core.export.report import parts
from mnist_core.export.report.pictures import Pictures
from mnist_core.export.report.subject import NotKnown, Reported
from mnist_core.export.tables import Column
from mnist_core.reading.recognizer import Recognizer

TEST = (
    "McNemar’s exact test, two-sided: were both networks equally good, each digit that only one reads right would fall "
    "to either as a coin falls. p is how likely the coin divides them at least as unequally. It speaks of these two "
    "networks on such digits, not of their recipes: another random seed makes other networks."
)
PEN_DIGITS = "F. Alimoglu and E. Alpaydin, Pen-Based Recognition of Handwritten Digits, UCI Machine Learning Repository"
MISTAKES = 40  # images of one model's mistakes, or of each group of two models', at most


def headline(models: Sequence[Reported], pictures: Pictures) -> Iterator[Markup]:
    """Shows the test accuracy of each model in one large number, and all figures."""
    verdict = [partial(_verdict, *models)] if len(models) == 2 else []
    yield from parts.told(partial(_reach, models), *verdict, partial(_figures, models))


def _verdict(first: Reported, second: Reported) -> Markup:
    return parts.paragraph(_difference(first, second).verdict, "verdict")


def _reach(models: Sequence[Reported]) -> Markup:
    return Markup('<div class="reach">{}</div>').format(Markup("").join(map(_reached, models)))


def _reached(one: Reported) -> Markup:
    """Says in one large number what a model reaches."""
    low, high = wilson_interval(one.accuracy, one.images)
    return Markup(
        '<div><p class="reached">{}</p><p><strong>{}</strong> reads {} of {} test digits right and makes {}. {}</p>'
        "<p>95 % confidence interval: {} to {}.</p></div>"
    ).format(
        formatting.per_cent(one.accuracy),
        one.name,
        formatting.count(one.images - one.mistakes),
        formatting.count(one.images),
        formatting.counted(one.mistakes, "mistake"),
        cards.UNSEEN[cards.validation(one.model.card)],
        formatting.per_cent(low),
        formatting.per_cent(high),
    )


def _figures(models: Sequence[Reported]) -> Markup:
    """Lists all figures with their meanings, the better one of two in bold."""
    measured = [one.measured for one in models]
    kept = measured[0].evaluation
    counts = {
        "training_images": formatting.count(kept.training.images),
        "disturbed_images": formatting.count(kept.robustness.images),
    }
    rows: list[list[object]] = []
    for figure in FIGURES:
        values = [figure.value(m) for m in measured]
        written = [figure.written(value) for value in values]
        best = figure.best(*values) if figure.best and len(set(written)) > 1 else None
        cells = [
            Markup("<b>{}</b>").format(text) if value == best else text
            for value, text in zip(values, written, strict=True)
        ]
        rows.append([figure.name, *cells, figure.meaning.format(**counts)])
    names = [Column(one.name, number=True) for one in models]
    return parts.table(["Figure", *names, Column("What it means")], rows, "All figures")


def compared(models: Sequence[Reported], pictures: Pictures) -> Iterator[Markup]:
    """Says which of two models is better, and whether the difference is more than chance."""
    first, second = models
    yield from parts.told(lambda: _on_test_images(first, second), lambda: _on_drawn(first, second))


def _on_test_images(first: Reported, second: Reported) -> Markup:
    found = _difference(first, second)
    groups = sort_mistakes(first.tested, second.tested, first.mnist.y_test)
    both, total = len(groups["both"]), len(first.mnist.y_test)
    rows = [
        [f"{first.name} right", total - both - found.total, found.first_alone],
        [f"{first.name} wrong", found.second_alone, both],
    ]
    return Markup("").join(
        [
            parts.heading("On the test images"),
            parts.paragraph(_which(first, second)),
            parts.paragraph(Markup("{} <strong>{}</strong>").format(found.counts, found.verdict)),
            parts.table(
                ["", f"{second.name} right", f"{second.name} wrong"],
                [[name, *map(formatting.count, counts)] for name, *counts in rows],  # type: ignore[arg-type]
                "How many test digits both, one or none reads right",
            ),
            parts.paragraph(f"{TEST} {SOURCE}.", "note"),
        ]
    )


def _difference(first: Reported, second: Reported) -> Discordant:
    return discordant((first.name, second.name), first.tested, second.tested, first.mnist.y_test)


def _which(first: Reported, second: Reported) -> str:
    """Says which of two models reads more test digits right."""
    better, worse = sorted((first, second), key=lambda one: one.mistakes)
    fewer = worse.mistakes - better.mistakes
    if not fewer:
        return f"Both make {formatting.counted(first.mistakes, 'mistake')} in {formatting.count(first.images)} digits."
    return (
        f"{better.name} makes {formatting.counted(better.mistakes, 'mistake')} in {formatting.count(better.images)} "
        f"digits, {formatting.count(fewer)} fewer than {worse.name}."
    )


def _on_drawn(first: Reported, second: Reported) -> Markup:
    names = first.name, second.name
    require_same_drawings(names, first.drawn, second.drawn)
    try:
        found = discordant_drawn(names, first.drawn, second.drawn)
        chance = Markup("{} <strong>{}</strong>").format(found.counts, found.verdict)
    except NoPair as error:
        chance = Markup("{}").format(error)
    better, worse = sorted((first, second), key=lambda one: -one.drawn.accuracy)
    difference = better.drawn.accuracy - worse.drawn.accuracy
    words = (
        f"{better.name} reads {formatting.per_cent(better.drawn.accuracy)} and {worse.name} "
        f"{formatting.per_cent(worse.drawn.accuracy)} of the same {formatting.count(first.drawn.digits)} drawings"
    )
    verdict = f": {formatting.points(difference)} more." if difference else "."
    return Markup("").join(
        [
            parts.heading("On pen-drawn digits"),
            parts.paragraph(
                f"{words}{verdict} The standard errors are {formatting.points(better.drawn.standard_error)} and "
                f"{formatting.points(worse.drawn.standard_error)}."
            ),
            parts.paragraph(chance),
        ]
    )


def evaluated(models: Sequence[Reported], pictures: Pictures) -> Iterator[Markup]:
    """Shows precision, recall and F1 of each digit, confusion, calibration and robustness."""
    titles = tuple(one.folder_name for one in models)
    yield parts.paragraph(
        "Precision: of all that was read as a 5, how many are 5s. Recall: of all 5s, how many were read as a 5. F1 is "
        "high when both are. Confidence intervals are Wilson’s (1927)."
    )
    yield from parts.told(
        *(partial(_per_digit, one) for one in models),
        *(partial(_chart, one, pictures, "confusion", (one.folder_name,), "square") for one in models),
        partial(_chart, models[0], pictures, "calibration", titles, "square"),
        partial(_chart, models[0], pictures, "robustness", titles, ""),
    )


def _chart(one: Reported, pictures: Pictures, name: str, titles: tuple[str, ...], kind: str) -> Markup:
    """Draws a chart of what was measured, or says by the model's own sentence that it was not."""
    one.require_evaluation()
    return pictures.drawn(name, Subject(models=titles), kind=kind)


def _per_digit(one: Reported) -> Markup:
    rows = [
        [str(d.digit), formatting.count(d.images), *map(formatting.per_cent, (d.precision, d.recall, d.f1))]
        for d in figures_per_digit(one.evaluation["confusion"])
    ]
    return parts.table(["Digit", "Images", "Precision", "Recall", "F1"], rows, f"What {one.name} reads, digit by digit")


def mistaken(models: Sequence[Reported], pictures: Pictures) -> Iterator[Markup]:
    """Shows the images that models read wrong, with label, answer and confidence."""
    if len(models) == 1:
        yield from parts.told(lambda: _mistakes(models[0]))
    else:
        first, second = models
        yield from parts.told(lambda: _mistakes_of_two(first, second))


def _mistakes(one: Reported) -> Markup:
    mistakes = one.tested.mistakes[:MISTAKES]
    if not one.mistakes:
        return parts.paragraph(f"{one.name} reads all {formatting.count(one.images)} test digits right.")
    shown = "" if len(mistakes) == one.mistakes else f" {len(mistakes)} of them are shown."
    return parts.paragraph(
        f"{one.name} reads {formatting.counted(one.mistakes, 'test digit')} wrong.{shown} The worst come first: those "
        "whose true digit had the lowest probability. Below each image stand the answer, its confidence, the label and "
        "the ten probabilities."
    ) + _tiles([[mistake] for mistake in mistakes], one)


def _mistakes_of_two(first: Reported, second: Reported) -> Markup:
    groups = sort_mistakes(first.tested, second.tested, first.mnist.y_test)
    titles = {"both": "Both", "first": f"{first.name} alone", "second": f"{second.name} alone"}
    shown = Markup("")
    for group, title in titles.items():
        indices = groups[group][:MISTAKES]
        count = formatting.counted(len(groups[group]), "mistake")
        more = f", {len(indices)} of them shown" if len(indices) < len(groups[group]) else ""
        shown += parts.heading(f"{title}: {count}{more}")
        pairs = zip(*(_readings(one, indices) for one in (first, second)), strict=True)
        shown += _tiles(list(pairs), first, second)
    return parts.paragraph("Those read with the highest confidence come first.") + shown


def _readings(one: Reported, indices: Sequence[int]) -> list[Reading]:
    mnist = one.mnist
    return read(Recognizer(one.model).network, mnist.x_test, mnist.y_test, indices)


def _tiles(readings: Sequence[Sequence[Reading]], *models: Reported) -> Markup:
    names = [one.name for one in models] if len(models) > 1 else [""]
    return readings_html(readings, models[0].mnist.x_test, names) if readings else Markup("")


def drew(models: Sequence[Reported], pictures: Pictures) -> Iterator[Markup]:
    """Shows what models read of pen-drawn digits."""
    source = f" They are from {PEN_DIGITS}." if settings.stroke_pack() == settings.PEN_DIGITS else ""
    yield parts.paragraph(
        f"People wrote these digits with a pen. They are drawn as on the app’s paper, and read as the app reads "
        f"them.{source}"
    )
    known = []
    for one in models:
        yield from parts.told(partial(_drawn, one))
        try:
            known.append((one, one.drawn))
        except (NotKnown, StrokePackError):
            continue
    if known:
        digits = list(map(str, range(CLASSES)))
        yield parts.table(
            ["", *digits],
            [
                [one.name, *(formatting.per_cent(found.per_digit.get(digit), 1) for digit in digits)]
                for one, found in known
            ],
            "Accuracy on pen-drawn digits, digit by digit",
        )


def _drawn(one: Reported) -> Markup:
    found = one.drawn
    worst = min(found.per_writer.values(), default=found.accuracy)
    confused = ", ".join(f"{_confused(pair)} ({times})" for pair, times in found.confusions)
    words = (
        f"{one.name} reads {formatting.per_cent(found.accuracy)} of them right: {pen_drawn.described(found)} It "
        f"rejects {formatting.per_cent(found.false_rejection_rate)} as no digit. Of the writer whom it reads worst, it "
        f"reads {formatting.per_cent(worst)} right."
    )
    return parts.paragraph(f"{words} Its most frequent mistakes: {confused}." if confused else words)


def _confused(pair: str) -> str:
    """Says of a kind of mistake, "true digit -> answer", what was read as what."""
    true, answer = pair.split(" -> ")
    return f"{true} rejected" if answer == "none" else f"{true} read as {answer}"


def examples(models: Sequence[Reported], pictures: Pictures) -> Iterator[Markup]:
    """Shows the first test images and a drawing, with what models make of them."""
    yield from parts.told(
        lambda: _first(models),
        *(partial(pictures.drawn, "drawing", Subject(models=(one.folder_name,)), scales=True) for one in models),
    )


def _first(models: Sequence[Reported]) -> Markup:
    rows = list(zip(*(one.tested.first for one in models), strict=True))
    return parts.paragraph("The first ten test digits, with the answer and the ten probabilities.") + _tiles(
        rows, *models
    )
