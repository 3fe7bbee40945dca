import subprocess
import sys
import time
from dataclasses import replace

from mnist_core.evaluation import drawn
from mnist_core.evaluation.results import Evaluation
from mnist_core.networks import recipes
from mnist_core.runs import control, store
from mnist_core.runs.outcomes import State
from mnist_core.training.gpus import Gpus

RECIPE = replace(recipes.QUICK, batch_size=50)
PATIENCE_S = 180


def ended(run: store.Run) -> store.Run:
    deadline = time.monotonic() + PATIENCE_S
    while (run := store.read(run.id)).is_on:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return run


def test_a_run_fits_exports_measures_what_a_decision_needs_and_then_the_rest(own_mnist, own_strokes):
    run = ended(control.start(RECIPE))
    assert run.state is State.FINISHED
    model = store.model_of(run)
    assert Gpus.from_json(model.card["trained"]["gpus"]) == run.gpus
    assert Evaluation.from_json(model.evaluation).images == 100
    read = drawn.kept(model, own_strokes)
    assert (read.digits, read.writers) == (10, 2)
    steps = (
        "Epoch 1",
        "Exporting",
        "Reading the test images",
        "Reading drawn",
        "Finished: ",
        "Reading training images",
    )
    places = [run.log.index(f"  {step}") for step in steps]
    assert places == sorted(places)


def test_a_run_for_which_a_gpu_was_chosen_uses_no_other(own_mnist, own_strokes, monkeypatch):
    monkeypatch.delenv("MNIST_STUDIO_GPU", raising=False)
    run = ended(control.start(RECIPE, gpu="abacus"))
    assert run.state is State.FAILED
    assert run.reason.startswith("The GPU “abacus” was chosen, but TensorFlow found")


def test_what_keras_imports_for_notebooks_is_left_out_and_can_be_imported_afterwards():
    script = (
        "import sys; from mnist_core.runs import worker\n"
        "with worker._for_notebooks_left_out(): import keras\n"
        "assert not {'matplotlib', 'pandas', 'IPython'} & sys.modules.keys()\n"
        "import matplotlib.pyplot"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
