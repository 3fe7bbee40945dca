import pytest

from mnist_core.runs import outcomes
from mnist_core.runs.outcomes import State


def test_what_was_written_is_read(tmp_path):
    outcomes.reserve(tmp_path)
    outcomes.write(tmp_path, State.FINISHED, accuracy=0.99)
    outcome = outcomes.read(tmp_path)

    assert (outcome.state, outcome.accuracy, outcome.reason) == (State.FINISHED, 0.99, "")
    assert [entry.name for entry in tmp_path.iterdir()] == [outcomes.OUTCOME]
    outcomes.forget(tmp_path)
    assert outcomes.read(tmp_path) is None


def test_an_end_that_came_by_itself_is_not_replaced_by_a_cancelling(tmp_path):
    outcomes.write(tmp_path, State.FINISHED, accuracy=0.99)
    with pytest.raises(FileExistsError):
        outcomes.write(tmp_path, State.CANCELLED, replace=False)

    assert outcomes.read(tmp_path).state is State.FINISHED
    assert [entry.name for entry in tmp_path.iterdir()] == [outcomes.OUTCOME]


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("", "its process exited without an error"),
        ("12:00:00  Epoch 1 of 5\n", "its process exited without an error"),
        ("terminate called after throwing an instance of 'std::bad_alloc'\n", "the memory was used up."),
        ("ResourceExhaustedError: /x/events.v2; No space left on device\n", "the disk is full."),
        ("OSError: No space left on device\n12:00:00  Starting\n", "its process exited without an error"),
        (
            "Traceback ...\nModuleNotFoundError: No module named 'keras'\n",
            "ModuleNotFoundError: No module named 'keras'",
        ),
    ],
)
def test_a_process_that_wrote_no_outcome_is_judged_by_its_log(tmp_path, log, reason):
    (tmp_path / outcomes.LOG).write_text(log)
    outcome = outcomes.interruption(tmp_path)

    assert outcome.state is State.INTERRUPTED
    assert outcome.reason.startswith(reason)


def test_of_a_long_log_the_end_is_read(tmp_path):
    (tmp_path / outcomes.LOG).write_bytes(b"x" * outcomes.LOG_BYTES + "ende ü".encode())

    assert outcomes.log(tmp_path).endswith("xende ü")
    assert len(outcomes.log(tmp_path).encode()) == outcomes.LOG_BYTES
