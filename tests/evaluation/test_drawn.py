import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from benchmarks import drawn as benchmark
from mnist_core.drawing.strokes import StrokePack, StrokePackError
from mnist_core.evaluation import drawn
from mnist_core.models import registry
from mnist_core.models.model_folder import Model
from mnist_core.reading.recognizer import Recognition, Recognizer
from tests.handwriting import with_pen, written_number


def recognition(digit: int | None, confidence: float) -> Recognition:
    return Recognition(digit, np.zeros(10, np.float32), confidence, 1.0, np.zeros((28, 28), np.uint8))


def kept_for(folder: Path, pack: Path) -> Path:
    """The file in a model's folder that keeps what was measured on a pack."""
    return folder / drawn.file_name(sha256(pack.read_bytes()).hexdigest()[:16])


@pytest.fixture
def found(own_strokes: Path) -> drawn.Drawn:
    """What the shipped model reads of one hand's ten digits."""
    pack = StrokePack.load(own_strokes)
    return drawn.measure(pack, drawn.prepare(pack), Recognizer(registry.shipped()))


def test_figures_are_those_worked_out_by_hand():
    labels = np.array([3, 3, 3, 7])
    read = [recognition(3, 0.9), recognition(5, 0.6), recognition(None, 1.0), recognition(7, 1.0)]
    score = drawn.score(labels, ["anna", "anna", "bo", "bo"], read)

    assert (score.digits, score.writers, score.accuracy, score.false_rejection_rate) == (4, 2, 0.5, 0.25)
    assert score.expected_calibration_error == pytest.approx((0.1 + 0.6 + 0) / 3)
    assert score.per_digit == {"3": pytest.approx(1 / 3), "7": 1.0}
    assert score.per_writer == {"anna": 0.5, "bo": 0.5}
    assert sorted(score.confusions) == [("3 -> 5", 1), ("3 -> none", 1)]


def test_a_hand_that_writes_clearly_is_read_and_a_wrong_label_counts_as_a_mistake(found):
    assert (found.digits, found.writers, found.accuracy) == (10, 2, 0.9)
    assert found.confusions == [("1 -> 7", 1)]
    assert found.per_writer == {"anna": 1.0, "bo": 0.8}
    assert found.misread == (6,)  # as `few_strokes` has them


def test_the_same_seed_draws_the_same_and_another_one_does_not(own_strokes):
    pack = StrokePack.load(own_strokes)
    np.testing.assert_array_equal(drawn.draw(pack, 3, 0).ink, drawn.draw(pack, 3, 0).ink)
    assert not np.array_equal(drawn.draw(pack, 3, 0).ink, drawn.draw(pack, 3, 1).ink)


def test_a_sample_is_of_each_digit_and_each_writer_as_many_as_their_share():
    labels, writers = np.repeat(np.arange(10), 40), np.tile(np.repeat(["anna", "bo"], [30, 10]), 10)
    one = np.zeros(401, np.int32)
    pack = StrokePack(np.zeros((400, 2), np.int16), np.arange(401), one, labels, writers)
    chosen = drawn.sample(pack, 40, seed=0)

    assert len(set(chosen.tolist())) == 40
    assert np.bincount(labels[chosen]).tolist() == [4] * 10
    assert [(writers[chosen] == "anna")[labels[chosen] == digit].sum() for digit in range(10)] == [3] * 10
    np.testing.assert_array_equal(chosen, drawn.sample(pack, 40, seed=0))
    assert not np.array_equal(chosen, drawn.sample(pack, 40, seed=1))
    np.testing.assert_array_equal(drawn.sample(pack, 1000, seed=0), np.arange(400))


def test_of_a_sample_one_hears_how_large_it_is_and_what_chance_may_do(own_strokes):
    drawing, reading = [], []
    pack = StrokePack.load(own_strokes)
    drawings = drawn.prepare(pack, count=4, report=lambda *n: drawing.append(n))
    found = drawn.measure(pack, drawings, Recognizer(registry.shipped()), lambda *n: reading.append(n))
    assert (found.digits, found.of) == (4, 10)
    assert (drawing, reading) == ([(1, 4), (2, 4), (3, 4), (4, 4)], [(4, 4)])
    three_of_four = [recognition(digit, 1.0) for digit in (0, 0, 0, 1)]
    score = drawn.score(np.zeros(4, int), ["anna"] * 4, three_of_four)
    assert score.standard_error == pytest.approx(0.2165, abs=1e-4)


@pytest.mark.parametrize("plain", [True, False])
def test_many_drawings_are_read_as_the_page_reads_each(own_strokes, monkeypatch, plain):
    pack, recognizer = StrokePack.load(own_strokes), Recognizer(registry.shipped())
    if not plain:
        monkeypatch.setattr(drawn, "is_plain", lambda whole: False)
    together = drawn._read_part(pack, drawn.prepare(pack), slice(None), recognizer)
    alone = [drawn.read(recognizer, drawn.draw(pack, index, 0)) for index in range(len(pack))]
    assert drawn.answers(together).tolist() == drawn.answers(alone).tolist()
    one, other = ([found.confidence for found in recognitions] for recognitions in (together, alone))
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_drawing_that_the_page_divides_is_no_digit():
    drawing = with_pen(written_number("74"), 10)
    read = drawn.read(Recognizer(registry.shipped()), drawing)
    assert read.digit is None
    np.testing.assert_array_equal(read.ink, drawing.ink)


def test_what_an_earlier_version_kept_is_read_under_its_names(own_model, own_strokes, found):
    model = Model.open(own_model)
    drawn.keep(model, own_strokes, found)
    (path,) = own_model.glob(f"drawn-{drawn._digest(own_strokes)}.json")
    older = json.loads(path.read_text().replace("false_rejection_rate", "turned_away"))
    del older["misread"]
    path.write_text(json.dumps(older))
    assert "turned_away" in older
    assert drawn.kept(model, own_strokes) == replace(found, misread=None)


def test_what_was_measured_is_kept_with_the_model_for_this_pack_only(own_model, own_strokes, found, tmp_path):
    model = Model.open(own_model)
    assert drawn.kept(model, own_strokes) is None
    drawn.keep(model, own_strokes, found)

    assert drawn.kept(Model.open(own_model), own_strokes) == found
    kept = kept_for(own_model, own_strokes)
    other = tmp_path / "other.npz"
    other.write_bytes(b"other strokes")
    assert drawn.kept(model, other) is None
    renamed = own_strokes.rename(tmp_path / "renamed.npz")
    assert drawn.kept(model, renamed) == found
    kept.write_text("{")
    assert drawn.kept(model, renamed) is None


def test_another_network_in_the_models_place_is_measured_anew(own_model, own_strokes, found):
    drawn.keep(Model.open(own_model), own_strokes, found)
    kept = kept_for(own_model, own_strokes)
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"network": "another"}))

    assert drawn.kept(Model.open(own_model), own_strokes) is None


def test_the_shipped_models_folder_stays_as_it_is(own_strokes, found, home):
    before = sorted(registry.SHIPPED.iterdir())
    drawn.keep(registry.shipped(), own_strokes, found)

    assert drawn.kept(registry.shipped(), own_strokes) == found
    assert sorted(registry.SHIPPED.iterdir()) == before
    assert list((home / "shipped").glob("drawn-*.json"))


def test_mistakes_are_laid_out_on_one_sheet(own_strokes):
    score = benchmark.measure([own_strokes], Recognizer(registry.shipped()))
    (mistake,) = score.mistakes
    assert (mistake.label, mistake.recognition.digit, mistake.writer) == ("1", 7, "bo")
    sheet = np.asarray(benchmark.contact_sheet(score.mistakes))
    tile = sheet[: benchmark.TILE_PX, : benchmark.TILE_PX]
    assert tile.min() == 0
    assert (sheet[:, benchmark.TILE_PX :] == 255).all()


def test_a_pack_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(StrokePackError, match="cannot be read as a stroke pack"):
        drawn.kept(registry.shipped(), tmp_path / "nowhere.npz")


def test_the_benchmark_reads_as_the_library_does_and_names_writers_by_their_pack(own_strokes, found, tmp_path):
    recognizer = Recognizer(registry.shipped())
    one = benchmark.measure([own_strokes], recognizer).to_json()
    assert {name: one[name] for name in ("digits", "accuracy", "per_digit", "confusions")} == {
        "digits": 10, "accuracy": 0.9, "per_digit": found.per_digit, "confusions": found.confusions
    }  # fmt: skip
    assert 0 <= one["accuracy_merely_scaled"] <= 1
    again = tmp_path / "again.npz"
    again.write_bytes(own_strokes.read_bytes())
    two = benchmark.measure([own_strokes, again], recognizer).to_json()
    assert (two["digits"], two["writers"]) == (20, 4)
    assert "again/anna" in two["per_writer"]
