"""What a report tells of how models were made: recipe, data, learning curves, versions, and how to make them again."""

import platform
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from markupsafe import Markup

from mnist_core import formatting
from mnist_core.data.mnist import CHECKSUMS
from mnist_core.export import cards
from mnist_core.export.figures.subjects import Subject
from mnist_core.export.report import again, parts
from mnist_core.export.report.pictures import Pictures
from mnist_core.export.report.subject import NotKnown, Reported
from mnist_core.export.tables import Column
from mnist_core.training.diagnosis import diagnose

EPOCHS = 12  # rows of the table of epochs at most: those of a long training are evenly spaced
OF_REPORT = ("mnist-studio", "numpy", "matplotlib", "weasyprint")


def made(models: Sequence[Reported], pictures: Pictures) -> Iterator[Markup]:
    """Tells how models were made: in words, their facts, settings, network and data."""
    for one in models:
        if len(models) > 1:
            yield parts.heading(one.name)
        yield parts.paragraph(one.model.card["recipe"].get("description") or "Its recipe is described by its settings.")
        yield from parts.told(partial(_facts, one))
    yield parts.heading("The whole recipe")
    yield _settings(models)
    yield from parts.told(*(partial(_network, one, pictures) for one in _of_each_recipe(models)))
    yield parts.heading("The data")
    yield _data(models)


def _facts(one: Reported) -> Markup:
    return parts.listed(cards.facts(one.model.card))


def _settings(models: Sequence[Reported]) -> Markup:
    """Lists all settings; of two models side by side."""
    of_each = [cards.settings(one.model.card["recipe"]) for one in models]
    for settings in of_each:
        for told_above in ("name", "title", "description"):
            settings.pop(told_above, None)
    if len(models) == 1:
        return parts.listed(of_each[0], "settings")
    names = dict.fromkeys(name for settings in of_each for name in settings)
    rows = [[name, *(_setting(settings, name) for settings in of_each)] for name in names]
    return parts.table(
        ["Setting", *(Column(one.name) for one in models)],
        [
            [*row[:1], *(Markup("<b>{}</b>").format(cell) for cell in row[1:])] if len(set(row[1:])) > 1 else row
            for row in rows
        ],
        "The settings of both recipes; those that differ are bold",
    )


def _setting(settings: Mapping[str, object], name: str) -> str:
    return str(settings.get(name, formatting.MISSING))


def _of_each_recipe(models: Sequence[Reported]) -> list[Reported]:
    """Returns the models whose network is not drawn yet."""
    architectures = [one.model.card["recipe"]["architecture"] for one in models]
    return [one for number, one in enumerate(models) if architectures[number] not in architectures[:number]]


def _network(one: Reported, pictures: Pictures) -> Markup:
    return pictures.drawn("network", Subject(recipe=one.recipe), scales=True)


def _data(models: Sequence[Reported]) -> Markup:
    """Lists the checksums of the data, once where both models learned from the same."""
    of_each = [one.model.card["data"] for one in models]
    are_same = all(data == of_each[0] for data in of_each)
    shown = (
        [("MD5, unpacked", of_each[0])]
        if are_same
        else [(f"MD5, {one.name}", one.model.card["data"]) for one in models]
    )
    rows = [
        [_code(file), *(_code(data.get(file, formatting.MISSING)) for _, data in shown), _published(file, of_each)]
        for file in dict.fromkeys(file for data in of_each for file in data)
    ]
    trained = "was trained" if len(models) == 1 else "were trained"
    caption = f"The data on which {' and '.join(one.name for one in models)} {trained} and tested, as IDX files"
    return parts.table(["File", *(Column(name) for name, _ in shown), Column("")], rows, caption)


def _published(file: str, of_each: Sequence[Mapping[str, str]]) -> str:
    same = [data.get(file) == CHECKSUMS.get(file) for data in of_each]
    return "as published" if all(same) else "other data" if not any(same) else "not the same"


def _code(words: str) -> Markup:
    return Markup("<code>{}</code>").format(words)


def learned(models: Sequence[Reported], pictures: Pictures) -> Iterator[Markup]:
    """Shows the learning curves, a diagnosis, and some epochs in a table."""
    yield from parts.told(
        partial(_curves, models, pictures),
        *(partial(_diagnosis, one, models) for one in models),
        *(partial(_epochs, one) for one in models),
    )


def _curves(models: Sequence[Reported], pictures: Pictures) -> Markup:
    for one in models:
        if not one.model.history:
            raise NotKnown(f"No epoch of “{one.name}” is kept with it, so that it has no learning curves.")
    name = "curves" if len(models) == 1 else "curves-compared"
    return pictures.drawn(name, Subject(models=tuple(one.folder_name for one in models)))


def _diagnosis(one: Reported, models: Sequence[Reported]) -> Markup:
    return parts.paragraph(
        diagnose(one.model.history) if len(models) == 1 else f"{one.name}: {diagnose(one.model.history)}"
    )


def _epochs(one: Reported) -> Markup:
    """Lists epochs of a training; of a long one some, the first and the last among them."""
    if not one.model.history:
        raise NotKnown(f"No epoch of “{one.name}” is kept with it, so that it has no learning curves.")
    columns, rows = cards.epochs(one.model.history)
    wanted = min(EPOCHS, len(rows))
    shown = sorted({round(number * (len(rows) - 1) / max(1, wanted - 1)) for number in range(wanted)})
    which = "All epochs" if len(shown) == len(rows) else f"{len(shown)} of {len(rows)} epochs"
    return parts.table(columns, [rows[number] for number in shown], f"{which} of {one.name}")


def versions(models: Sequence[Reported], pictures: Pictures) -> Iterator[Markup]:
    """Lists the software that made the models and this report, and the models' files."""
    report = {"python": platform.python_version(), **dict(_installed())}
    names = dict.fromkeys([*(name for one in models for name in one.model.card["versions"]), *report])
    rows = [
        [
            name,
            *(one.model.card["versions"].get(name, formatting.MISSING) for one in models),
            report.get(name, formatting.MISSING),
        ]
        for name in names
    ]
    made_by = [*(f"made {one.name}" for one in models), "made this report"]
    yield parts.table(["Software", *map(Column, made_by)], rows, "Versions of software")
    files = [
        [
            _code(f"{one.name}/{name}"),
            formatting.megabytes(file["bytes"]),
            _code(file["sha256"]),
        ]
        for one in models
        for name, file in one.model.card["files"].items()
    ]
    yield parts.table(["File", "Size", Column("SHA-256")], files, "The files of the network")


def _installed() -> Iterator[tuple[str, str]]:
    """Returns what this report is made with, as far as it is installed."""
    for name in OF_REPORT:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def made_again(models: Sequence[Reported], pictures: Pictures) -> Iterator[Markup]:
    """Says by which command each model is made again, and what that takes."""
    for one in models:
        if len(models) > 1:
            yield parts.heading(one.name)
        yield from parts.told(partial(_command, one))
        yield parts.paragraph(_needed(one))
    yield parts.paragraph(
        "“make run” installs the versions that the program’s requirements.lock pins. The same seed repeats a training; "
        "TensorFlow does not promise the last bit on another machine or with other versions. Another seed makes "
        "another network, and another accuracy."
    )


def _needed(one: Reported) -> str:
    """Says what making a model again takes."""
    card = one.model.card
    if (smaller := card.get("compressed")) is not None:
        return f"It needs the original, {smaller['of']}."
    if card["recipe"].get("members"):
        return "It needs the members, each as it was."
    trained = card["trained"]
    took = f"It took {formatting.duration(trained['seconds'])} on {trained['machine']}."
    return f"{took} The random seed is {card['recipe'].get('seed', 0)}."


def _command(one: Reported) -> Markup:
    return Markup("<pre><code>{}</code></pre>").format(again.command(one.model.card, one.recipe))
