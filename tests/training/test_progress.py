import json
from dataclasses import replace

import pytest

from mnist_core.training import progress
from mnist_core.training.progress import Progress, Writer, follow


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def step(epoch: int, batch: int, **values: float) -> Progress:
    return Progress(epoch, 3, batch, 10, {"loss": 1.0, "accuracy": 0.5, **values})


def end(epoch: int, **values: float) -> Progress:
    return replace(step(epoch, 10, seconds=12.0, **values), ends_epoch=True)


def test_a_file_that_is_not_there_yet_is_an_empty_track(tmp_path):
    assert follow(tmp_path / "progress.jsonl") == progress.Track()


def test_what_is_written_is_read_and_read_on(tmp_path, clock):
    writer = Writer(tmp_path / "progress.jsonl", clock)
    writer.phase(progress.BEGIN)
    writer.phase("Loading MNIST")
    assert follow(tmp_path / "progress.jsonl").phase == "Loading MNIST"
    for batch in (1, 2):
        clock.now += 1
        writer(step(1, batch))
    track = follow(tmp_path / "progress.jsonl")
    assert (track.phase, track.steps, track.history) == ("", (step(1, 1), step(1, 2)), ())
    clock.now += 1
    writer(end(1))
    assert follow(tmp_path / "progress.jsonl").history == ({**end(1).values, "epoch": 1},)
    writer.close()


def test_batches_in_quick_succession_are_not_all_told_but_every_epoch_is(tmp_path, clock):
    writer = Writer(tmp_path / "progress.jsonl", clock)
    for epoch in (1, 2, 3):
        for batch in range(1, 11):
            clock.now += 0.01
            writer(step(epoch, batch))
        writer(end(epoch))
    writer.close()
    lines = (tmp_path / "progress.jsonl").read_text().splitlines()

    assert len(lines) <= 0.3 * progress.LINES_PER_S + 1 + 2 * 3
    assert [row["epoch"] for row in follow(tmp_path / "progress.jsonl").history] == [1, 2, 3]


def test_the_time_left_is_what_is_left_at_the_speed_so_far(tmp_path, clock):
    writer = Writer(tmp_path / "progress.jsonl", clock)
    writer.phase(progress.BEGIN)
    clock.now += 100  # loading says nothing about the speed of training
    writer(step(1, 1))
    assert follow(tmp_path / "progress.jsonl").seconds_left is None
    clock.now += 8
    writer(step(1, 5))  # 4 batches in 8 s, 25 to go
    track = follow(tmp_path / "progress.jsonl")
    writer.close()

    assert track.seconds_left == pytest.approx(50)
    assert track.latest.share == pytest.approx(5 / 30)


@pytest.mark.parametrize("values", [{}, {"val_loss": 1.0, "val_accuracy": 0.5}])
def test_an_epochs_end_is_known_as_such_whether_or_not_something_validates(tmp_path, clock, values):
    writer = Writer(tmp_path / "progress.jsonl", clock)
    writer(step(1, 10))
    assert follow(tmp_path / "progress.jsonl").history == ()
    writer(end(1, **values))
    writer.close()
    track = follow(tmp_path / "progress.jsonl")

    assert track.latest == end(1, **values)
    assert track.history == ({**end(1, **values).values, "epoch": 1},)


def test_a_resumed_training_replaces_what_it_does_again_and_only_its_epochs_count(tmp_path, clock):
    path = tmp_path / "progress.jsonl"
    writer = Writer(path, clock)
    writer.phase(progress.BEGIN)
    for told in (step(1, 5), end(1), step(2, 5)):
        clock.now += 10
        writer(told)
    writer.close()
    clock.now += 5000
    writer = Writer(path, clock)
    writer.phase(progress.BEGIN)
    for told in (step(2, 2), step(2, 4)):
        clock.now += 2
        writer(told)
    track = follow(path)
    writer.close()

    assert [(one.epoch, one.batch) for one in track.steps] == [(1, 5), (1, 10), (2, 2), (2, 4)]
    assert [row["epoch"] for row in track.history] == [1]
    assert track.seconds == 12
    assert track.seconds_left == pytest.approx(16)  # 16 batches at 1 s: the second sitting's speed


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"null",
        b"[1]",
        b'"phase"',
        b"\xff\xfe",
        b'{"time": 1}',
        b'{"time": "late", "phase": "x"}',
        b'{"time": 1, "epoch": 0, "epochs": 3, "batch": 1, "batches": 10, "values": {}}',
        b'{"time": 1, "epoch": 1, "epochs": 3, "batch": 1, "batches": 0, "values": {}}',
        b'{"time": 1, "epoch": 1, "epochs": 3, "batch": 1, "batches": 10, "values": 3}',
    ],
)
def test_a_damaged_line_is_passed_over(tmp_path, clock, damage):
    path = tmp_path / "progress.jsonl"
    writer = Writer(path, clock)
    writer(step(1, 1))
    writer.close()
    with path.open("ab") as file:
        file.write(damage + b"\n")
    writer = Writer(path, clock)
    clock.now += 1
    writer(step(1, 2))
    writer.close()

    assert follow(path).steps == (step(1, 1), step(1, 2))


def test_a_line_that_was_cut_off_does_not_spoil_the_next(tmp_path, clock):
    path = tmp_path / "progress.jsonl"
    writer = Writer(path, clock)
    writer(step(1, 1))
    writer.close()
    path.write_bytes(path.read_bytes()[:-20])
    assert follow(path).steps == ()
    writer = Writer(path, clock)
    writer(step(1, 2))
    writer.close()

    assert follow(path).steps == (step(1, 2),)


def test_a_line_is_read_once_it_is_whole(tmp_path, clock):
    path = tmp_path / "progress.jsonl"
    values = {"loss": 1.0, "accuracy": 0.5}
    content = {"time": 1.0, "epoch": 1, "epochs": 3, "batch": 1, "batches": 10, "values": values}
    line = f"{json.dumps(content)}\n".encode()
    path.write_bytes(line[:30])
    assert follow(path).steps == ()
    path.write_bytes(line)
    assert follow(path).steps == (step(1, 1),)


def test_a_file_that_was_made_anew_is_read_anew(tmp_path, clock):
    path = tmp_path / "progress.jsonl"
    for told in ([step(1, 1), step(1, 2)], [step(1, 3)]):
        path.unlink(missing_ok=True)
        writer = Writer(path, clock)
        for one in told:
            clock.now += 1
            writer(one)
        writer.close()
        assert follow(path).steps == tuple(told)


def test_steps_of_several_batches_do_not_go_beyond_the_epoch(tmp_path, clock):
    writer = Writer(tmp_path / "progress.jsonl", clock)
    writer(step(3, 16))
    writer.close()

    assert follow(tmp_path / "progress.jsonl").latest.share == 1


def test_a_phase_says_how_much_of_it_is_done_and_how_long_the_rest_will_take(tmp_path, clock):
    writer = Writer(tmp_path / "progress.jsonl", clock)
    writer(end(3))
    for share in (0.1, 0.2, 0.21, 0.3):
        clock.now += 0.01 if share == 0.21 else 2
        writer.phase("Reading the test images", share)
    track = follow(tmp_path / "progress.jsonl")
    assert (track.phase, track.phase_share) == ("Reading the test images", 0.3)
    assert track.seconds_left == pytest.approx(14, abs=0.1)
    assert track.latest == end(3)
    assert b"0.21" not in (tmp_path / "progress.jsonl").read_bytes()

    writer.phase("Reading drawn digits")
    track = follow(tmp_path / "progress.jsonl")
    assert (track.phase_share, track.seconds_left) == (None, None)
    writer.close()
