from mnist_core.evaluation import drawn, measuring
from mnist_core.evaluation.results import Evaluation
from mnist_core.models import model_folder


def test_what_is_read_of_the_strokes_is_kept_with_the_model(own_model, own_strokes):
    model = model_folder.Model.open(own_model)
    measuring.measure_pen_drawn(model)
    found = drawn.kept(model, own_strokes)
    assert (found.digits, found.writers) == (10, 2)


def test_unreadable_strokes_cost_nobody_a_model(own_model, monkeypatch, tmp_path):
    monkeypatch.setenv("STROKE_PACK", str(tmp_path / "nowhere.npz"))
    before = sorted(own_model.iterdir())
    measuring.measure_pen_drawn(model_folder.Model.open(own_model))
    assert sorted(own_model.iterdir()) == before


def test_the_figures_come_in_two_steps_and_are_kept_with_the_model(own_model, small_mnist, evaluation):
    told: list[tuple[int, int]] = []
    (own_model / model_folder.EVALUATION).unlink()
    measuring.measure_test_images(model_folder.Model.open(own_model), small_mnist, lambda *counts: told.append(counts))

    model = model_folder.Model.open(own_model)
    assert model.evaluation["accuracy"] == evaluation.accuracy
    assert not measuring.is_measured(model)
    assert told[-1] == (100, 100)

    measuring.measure_the_rest(model, small_mnist, lambda done, total: None)
    model = model_folder.Model.open(own_model)
    assert measuring.is_measured(model)
    assert Evaluation.from_json(model.evaluation) == evaluation
