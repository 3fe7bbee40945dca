from pathlib import Path

import pytest
import tensorflow as tf
from tensorflow.core.util import event_pb2

from mnist_core.training.progress import Progress
from mnist_core.training.tensorboard import Curves


def scalars(folder: Path) -> dict[tuple[str, int], float]:
    """What TensorBoard would draw of the events in a folder, by name and step."""
    (file,) = folder.glob("events.out.tfevents.*")
    events = [event_pb2.Event.FromString(record.numpy()) for record in tf.data.TFRecordDataset(str(file))]
    values = [(event.step, value) for event in events for value in event.summary.value]
    assert {value.metadata.plugin_data.plugin_name for _, value in values} <= {"scalars"}
    return {(value.tag, step): float(tf.make_ndarray(value.tensor)) for step, value in values}


def test_every_epochs_end_becomes_a_point_of_each_curve(tmp_path):
    curves = Curves(tmp_path)
    for epoch in (1, 2):
        curves(Progress(epoch, 2, 5, 10, {"loss": 9.0, "accuracy": 0.0}))
        values = {"loss": 1 / epoch, "accuracy": 0.5 * epoch, "val_loss": 2 / epoch, "val_accuracy": 0.25 * epoch}
        curves(Progress(epoch, 2, 10, 10, values, ends_epoch=True))

    assert scalars(tmp_path / "training") == {
        ("loss", 1): 1.0, ("accuracy", 1): 0.5, ("loss", 2): 0.5, ("accuracy", 2): 1.0
    }  # fmt: skip
    assert scalars(tmp_path / "validation") == {
        ("loss", 1): 2.0, ("accuracy", 1): 0.25, ("loss", 2): 1.0, ("accuracy", 2): 0.5
    }  # fmt: skip


def test_a_training_without_validation_has_the_curves_of_its_training_alone(tmp_path):
    Curves(tmp_path)(Progress(1, 1, 10, 10, {"loss": 0.5, "accuracy": 0.75}, ends_epoch=True))

    assert scalars(tmp_path / "training") == {("loss", 1): 0.5, ("accuracy", 1): 0.75}
    assert scalars(tmp_path / "validation") == {}


@pytest.mark.parametrize("taken_by", ["create_file_writer", "write"])
def test_a_disk_that_takes_nothing_ends_no_training(tmp_path, monkeypatch, taken_by):
    def full(*arguments: object, **options: object) -> None:
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    monkeypatch.setattr(tf.summary, taken_by, full)
    row = {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5}
    Curves(tmp_path)(Progress(1, 1, 10, 10, row, ends_epoch=True))
    monkeypatch.undo()
    assert taken_by == "create_file_writer" or scalars(tmp_path / "training") == {}
