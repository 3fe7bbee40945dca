"""The ten outputs of models for one image: logits, temperature, probabilities."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.evaluation.measured import Measured
from mnist_core.evaluation.results import Reading
from mnist_core.export.images import png_uri
from mnist_core.export.tables import Cell, Row, table_html
from mnist_core.reading.network import Network

Image = npt.NDArray[np.uint8]


def ten_logits(network: Network, image: Image) -> list[float] | None:
    """Returns a network's ten logits for one image, uint8 (28, 28), as `Outputs` has them."""
    logits = network.run(image[np.newaxis]).logits
    return None if logits is None else [float(value) for value in logits[0]]


def first_html(readings: Markup) -> Markup:
    """Puts a heading over the first test images."""
    return Markup(
        '<section class="cell first"><h2>The first ten test digits</h2>'
        "<p>The digit read in each, and the ten probabilities.</p>{}</section>"
    ).format(readings)


def single_html(
    measured: Sequence[Measured],
    readings: Sequence[Reading],
    logits: Sequence[Sequence[float] | None],
    image: Image,
) -> Markup:
    """Shows one test image, uint8 (28, 28), and the ten outputs of each model.

    Args:
        measured: the models.
        readings: what each read.
        logits: the ten logits of each, divided by its temperature; None where its export does not have them.
        image: the test image.
    """
    title = f"Test image {readings[0].index}: a {readings[0].label}"
    outputs = Markup("").join(
        outputs_html(m.name, reading, ten, m.model.card.get("temperature", 1.0), accented=m is measured[0])
        for m, reading, ten in zip(measured, readings, logits, strict=True)
    )
    return Markup(
        '<section class="single"><div><h2>{title}</h2><img class="specimen" src="{uri}" alt="{title}"/>'
        "<p>The last layer has ten raw outputs, the logits: the larger, the likelier, but they are no probabilities. "
        "Softmax turns them into ten probabilities that add up to 1. The answer is the digit with the largest, the "
        'argmax.</p></div><div class="pair" data-models="{models}">{outputs}</div></section>'
    ).format(title=title, uri=png_uri(image), models=len(measured), outputs=outputs)


def outputs_html(
    name: str, reading: Reading, logits: Sequence[float] | None, temperature: float, accented: bool = True
) -> Markup:
    """Lists the ten outputs of a network for one image.

    Args:
        name: whose they are.
        reading: what was read.
        logits: the ten values that its softmax takes, divided by the temperature; None where it does not give them.
        temperature: what they were divided by.
        accented: whether the model's colour is the accent.
    """
    columns: dict[str, list[str]] = {}
    if logits is not None:
        columns["logit"] = [formatting.logit(value * temperature) for value in logits]
        if temperature != 1:
            columns[f"÷ {formatting.temperature(temperature)}"] = [formatting.logit(value) for value in logits]
    rows = [
        Row(
            (
                str(digit),
                *(column[digit] for column in columns.values()),
                Cell(
                    Markup("<span>{}</span>").format(formatting.probability(share)),
                    {"class": "share", "style": f"--share:{share:.4f}"},
                ),
            ),
            {"class": "best"} if digit == reading.digit else {},
        )
        for digit, share in enumerate(reading.probabilities)
    ]
    return Markup(
        '<figure class="outputs{kind}"><figcaption>{name} reads <strong>{digit}</strong>: {verdict}</figcaption>'
        "{table}<p>{explained}</p></figure>"
    ).format(
        kind=" accented" if accented else "",
        name=name,
        digit=reading.digit,
        verdict="right" if reading.digit == reading.label else f"but it is a {reading.label}",
        table=table_html(["digit", *columns, "probability"], rows),
        explained=logits_explained(name, logits is not None, temperature),
    )


def logits_explained(name: str, are_there: bool, temperature: float) -> Markup:
    """Explains what the logits of a model are, or how to add them."""
    if not are_there:
        return Markup(
            "This model was saved without its logits; <code>python -m mnist_core models --export {}</code> adds them."
        ).format(name)
    if temperature == 1:
        return Markup("Softmax turns the logits into probabilities.")
    return Markup(
        "The logits are divided by the temperature, {}: it calibrates the network, so that its confidence is as "
        "high as its accuracy. Softmax turns the quotients into probabilities."
    ).format(formatting.temperature(temperature))
