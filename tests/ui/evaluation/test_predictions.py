from concurrent.futures import ThreadPoolExecutor

import pytest

from mnist_core.runs import aside
from mnist_core.runs.aside import CommandFailed
from ui.evaluation import predictions


@pytest.fixture(autouse=True)
def forgotten() -> None:
    predictions._csv_of.cache_clear()


def test_however_many_ask_a_model_reads_once(monkeypatch):
    asked = []
    monkeypatch.setattr(aside, "output", lambda arguments, **_: asked.append(arguments) or b"index,label\n")
    with ThreadPoolExecutor(4) as visitors:
        files = list(visitors.map(lambda _: predictions.csv_of("mine", "network", "images"), range(8)))

    assert set(files) == {b"index,label\n"}
    assert asked == [["predictions", "--model=mine", "--output=-"]]


def test_another_network_of_the_same_name_and_other_images_are_read_anew(monkeypatch):
    contents = iter([b"1", b"2", b"3"])
    monkeypatch.setattr(aside, "output", lambda arguments, **_: next(contents))

    assert predictions.csv_of("mine", "network", "images") == b"1"
    assert predictions.csv_of("mine", "another", "images") == b"2"
    assert predictions.csv_of("mine", "another", "others") == b"3"


def test_what_failed_is_tried_again(monkeypatch):
    def fail(arguments: list[str], **options: object) -> bytes:
        raise CommandFailed("There is no MNIST.")

    with monkeypatch.context() as patch:
        patch.setattr(aside, "output", fail)
        with pytest.raises(CommandFailed):
            predictions.csv_of("mine", "network", "images")
    monkeypatch.setattr(aside, "output", lambda arguments, **_: b"index\n")
    assert predictions.csv_of("mine", "network", "images") == b"index\n"


def test_the_file_is_the_commands(own_mnist):
    lines = predictions.csv_of("shipped", "network", "images").splitlines()
    assert lines[0].startswith(b"index,label,answer,probability_0")
    assert len(lines) == 101
