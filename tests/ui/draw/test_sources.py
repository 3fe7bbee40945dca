import numpy as np
import pytest

from tests.handwriting import drawn
from ui.draw import sources


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://studio.example.org/", True),
        ("http://localhost:8501/", True),
        ("http://127.0.0.1:8501", True),
        ("http://[::1]:8501/", True),
        ("http://192.168.1.20:8501/", False),
        ("http://studio.local/", False),
        ("", False),
    ],
)
def test_browsers_lend_their_camera_to_secure_addresses_and_to_this_machine(url, allowed):
    assert sources.camera_allowed(url) is allowed


def paper_with(ink: np.ndarray) -> np.ndarray:
    grey = np.rint(250 - 220 * ink).astype(np.uint8)
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def test_the_ink_of_a_picture_is_where_it_was_written():
    ink = drawn(3)
    read = sources.written_on(paper_with(ink)).ink

    assert np.mean((read > 0.5) != (ink > 0.5)) < 0.005


def test_a_picture_of_empty_paper_is_answered_with_advice():
    with pytest.raises(sources.NothingWritten, match="dark pen on light paper"):
        sources.written_on(paper_with(np.zeros((200, 200), np.float32)))
