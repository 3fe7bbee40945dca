"""The report of a model: complete, its own figures, escaped, and without a link to anywhere."""

import json
import re

import pytest

from mnist_core import files, formatting
from mnist_core.evaluation.intervals import wilson_interval
from mnist_core.evaluation.metrics import figures_per_digit
from mnist_core.evaluation.pairs import NoPair
from mnist_core.export.report.subject import NotKnown
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import ModelError
from tests.export.report.conftest import opened, section_of

SECTIONS = ["glance", "made", "learning", "evaluation", "mistakes", "pen-drawn", "examples", "versions", "again"]
MOST_BYTES = 3_000_000
LINKS = {"href", "src", "srcset", "action", "data", "poster", "background", "cite", "formaction", "xlink:href"}


def change(folder, file: str, **changes: object) -> None:
    """Changes a JSON file of a model; None takes a part away."""
    content = json.loads((folder / file).read_text(encoding="utf-8")) | changes
    files.write_json(folder / file, {name: value for name, value in content.items() if value is not None})


def test_it_has_every_section_and_the_contents_lead_to_each(shipped):
    assert [section.attributes["id"] for section in shipped.all("section")] == SECTIONS
    assert [link.attributes["href"] for link in shipped.all("a")] == [f"#{key}" for key in SECTIONS]
    assert [link.text for link in shipped.all("a")] == [
        heading.text for heading in shipped.all("h2") if heading.text != "Contents"
    ]


def test_nothing_in_it_leads_out_of_the_file(shipped):
    targets = [value for one in shipped.elements for name, value in one.attributes.items() if name in LINKS]
    assert targets
    assert all(target.startswith(("#", "data:")) for target in targets)
    assert not re.search(r"url\((?!#)|@import|<script|<!--", shipped.html)
    (policy,) = [
        meta.attributes["content"]
        for meta in shipped.all("meta")
        if meta.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'")


def test_it_is_one_file_of_a_few_megabytes_at_most(shipped):
    assert len(shipped.html.encode()) < MOST_BYTES


def test_no_two_elements_have_the_same_id_and_every_reference_finds_its_own(shipped):
    ids = [one.attributes["id"] for one in shipped.elements if "id" in one.attributes]
    assert len(set(ids)) == len(ids)
    inside = {
        reference
        for one in shipped.elements
        for name, value in one.attributes.items()
        for reference in re.findall(r"^#(.+)|url\(#([^)]+)\)", value if name in LINKS or "url" in value else "")
    }
    assert {first or second for first, second in inside} <= set(ids)


def test_its_figures_are_those_of_the_models_evaluation(shipped):
    model = registry.shipped()
    evaluation = model.evaluation
    low, high = wilson_interval(evaluation["accuracy"], evaluation["images"])
    mistakes = len(evaluation["mistakes"])

    glance = shipped.section("glance")
    assert glance.startswith(f"At a glance{formatting.per_cent(evaluation['accuracy'])}")
    assert f"95 % confidence interval: {formatting.per_cent(low)} to {formatting.per_cent(high)}." in glance
    assert f"makes {mistakes} mistakes" in glance
    for digit in figures_per_digit(evaluation["confusion"]):
        row = f"{digit.digit}{digit.images:,}" + "".join(
            map(formatting.per_cent, (digit.precision, digit.recall, digit.f1))
        )
        assert row in shipped.section("evaluation")


def test_every_mistake_is_shown_with_label_answer_and_confidence(shipped):
    mistakes = registry.shipped().evaluation["mistakes"]
    section = shipped.section("mistakes")
    for mistake in mistakes:
        best = max(mistake["probabilities"])
        answer = mistake["probabilities"].index(best)
        assert f"{answer} {formatting.confidence(best)}, is {mistake['label']}" in section
    pictures = [image.attributes["alt"] for image in shipped.all("img")]
    assert pictures[: len(mistakes)] == [f"Test image {one['index']}, a {one['label']}" for one in mistakes]


def test_it_says_how_the_model_was_made_and_how_to_make_it_again(shipped):
    card = registry.shipped().card
    made = shipped.section("made")
    assert card["recipe"]["description"] in made
    assert f"batch size{card['recipe']['batch_size']}" in made
    assert all(checksum in made for checksum in card["data"].values())
    assert made.count("as published") == 4
    assert "python -m mnist_core train --recipe=default" in shipped.section("again")
    assert card["files"]["model.tflite"]["sha256"] in shipped.section("versions")
    assert card["versions"]["keras"] in shipped.section("versions")


def test_pen_drawn_digits_are_those_that_are_kept_with_the_model(shipped):
    section = shipped.section("pen-drawn")
    (kept,) = registry.SHIPPED.glob("drawn-*.json")
    found = json.loads(kept.read_text(encoding="utf-8"))
    assert f"reads {formatting.per_cent(found['accuracy'])} of them right" in section
    assert "".join(formatting.per_cent(found["per_digit"][str(digit)], 1) for digit in range(10)) in section
    assert "7 read as 2 (4)" in section
    assert "0 rejected (1)" in section


def test_its_charts_are_drawn_and_have_their_captions_as_text(shipped):
    charts = [chart.attributes["aria-label"] for chart in shipped.all("svg") if "aria-label" in chart.attributes]
    for title in ("Learning curves", "Confusion matrix: 28 mistakes in 10,000", "Robustness"):
        assert title in charts
    captions = [caption.text for caption in shipped.all("figcaption")]
    assert any(caption.startswith("Robustness. Model “shipped”: recipe default") for caption in captions)


def test_names_from_elsewhere_are_escaped(own_model):
    hostile = "<script>alert(1)</script>"
    change(
        own_model,
        model_folder.CARD,
        name=hostile,
        versions={hostile: hostile},
        recipe=registry.shipped().card["recipe"] | {"description": hostile, "name": hostile, "source": hostile},
        trained=registry.shipped().card["trained"] | {"machine": hostile},
    )
    report = opened("mine")
    assert report.all("script") == []
    assert report.all("h1")[0].text == hostile
    assert hostile in report.section("made")


@pytest.mark.parametrize(
    ("lacking", "section", "said"),
    [
        ("robustness", "evaluation", "Not all figures of the model “mine” have been measured"),
        ("training", "glance", "Not all figures of the model “mine” have been measured"),
        ("mistakes", "mistakes", "is not kept with it: an earlier version measured it"),
        ("first", "examples", "is not kept with it: an earlier version measured it"),
    ],
)
def test_a_figure_that_is_missing_is_said_to_be_missing(own_model, lacking, section, said):
    change(own_model, model_folder.EVALUATION, **{lacking: None})
    assert said in section_of(section, "mine").text
    assert section_of("glance", "mine").text.startswith("At a glance99.72 %")


def test_a_model_without_an_evaluation_still_has_a_report_of_how_it_was_made(own_model):
    (own_model / model_folder.EVALUATION).unlink()
    report = opened("mine")
    assert [one.attributes["id"] for one in report.all("section")] == SECTIONS
    assert report.section("glance") == (
        "At a glance“mine” was not measured on test images: the Evaluation page does that, and the command evaluate "
        "--save."
    )
    assert "python -m mnist_core train --recipe=default" in report.section("again")


@pytest.mark.parametrize(
    ("changes", "section", "said"),
    [
        (
            {"recipe": registry.shipped().card["recipe"] | {"validation": "sideways"}},
            "made",
            "names no way to validate",
        ),
        (
            {"recipe": registry.shipped().card["recipe"] | {"later": 1}},
            "again",
            "This version does not know the recipe",
        ),
        ({"recipe": registry.shipped().card["recipe"] | {"architecture": "gone"}}, "made", "gone"),
    ],
)
def test_a_card_that_this_version_does_not_understand_is_told_in_its_section(own_model, changes, section, said):
    change(own_model, model_folder.CARD, **changes)
    assert said in section_of(section, "mine").text


def test_a_model_that_was_measured_on_nothing_has_no_accuracy(own_model):
    change(own_model, model_folder.EVALUATION, images=0)
    assert "“mine” was measured on no test image." in section_of("glance", "mine").text


def test_a_model_without_an_epoch_says_that_it_has_no_curves(own_model):
    files.write_json(own_model / model_folder.HISTORY, [])
    assert section_of("learning", "mine").text.count("No epoch of “mine” is kept with it") == 1


def test_a_model_that_was_not_measured_on_pen_drawn_digits_says_so(own_model):
    for kept in own_model.glob("drawn-*.json"):
        kept.unlink()
    section = section_of("pen-drawn", "mine").text
    assert "“mine” was not measured on pen-drawn digits" in section
    assert "Accuracy on pen-drawn digits, digit by digit" not in section


def test_images_that_the_model_was_not_tested_on_are_not_shown(own_mnist):
    section = section_of("mistakes", "shipped")
    assert section.all("img") == []
    assert "The images at hand are not those that “shipped” was tested on" in section.text


def test_a_model_that_is_not_there_is_said_to_be_missing():
    with pytest.raises(ModelError, match="There is no model “nobody”"):
        opened("nobody")


def one_worse(own_model) -> dict[str, object]:
    """Lets "mine" read the first test image, a 7, as a 1; returns its evaluation."""
    evaluation = json.loads((own_model / model_folder.EVALUATION).read_text(encoding="utf-8"))
    confusion = evaluation["confusion"]
    confusion[7][7] -= 1
    confusion[7][1] += 1
    change(
        own_model,
        model_folder.EVALUATION,
        digits_read="1" + evaluation["digits_read"][1:],
        confusion=confusion,
        accuracy=evaluation["accuracy"] - 1e-4,
    )
    return evaluation


def test_of_two_models_it_says_which_is_better_and_whether_that_is_more_than_chance(own_model):
    one_worse(own_model)
    report = opened("mine", "shipped")
    assert [one.attributes["id"] for one in report.all("section")] == ["glance", "compared", *SECTIONS[1:]]
    compared = report.section("compared")
    assert "shipped makes 28 mistakes in 10,000 digits, 1 fewer than mine." in compared
    assert "Only mine reads 0 test digits right, only shipped 1." in compared
    assert "The one digit that only one reads right could be chance: p = 1.00." in compared
    assert "mine right9,9710" in compared
    assert "mine wrong128" in compared
    assert "Psychometrika 12 (1947)" in compared
    assert "Both read the same pen-drawn digits right: nothing speaks for either." in compared
    assert "mine alone: 1 mistake" in report.section("mistakes")
    assert "shipped alone: 0 mistakes" in report.section("mistakes")
    charts = [chart.attributes["aria-label"] for chart in report.all("svg") if "aria-label" in chart.attributes]
    assert "Learning curves laid over each other" in charts
    assert "Confusion matrix: 29 mistakes in 10,000" in charts


def test_models_that_were_measured_on_different_images_are_refused(own_model):
    change(own_model, model_folder.EVALUATION, data={"t10k-images-idx3-ubyte": "other"})
    with pytest.raises(NoPair, match="were measured on different test images"):
        opened("mine", "shipped")


def test_a_model_is_not_compared_with_itself():
    with pytest.raises(NotKnown, match="“shipped” cannot be compared with itself"):
        opened("shipped", "shipped")
