"""What one visitor looks at: a section of the page, a digit of MNIST, a random seed."""

import streamlit as st

from ui.dataset.samples import Sample

SECTION = "section"  # keys of the widgets
INDEX = "index"
_SAMPLE = "sample"
_SEED = "seed"


def sample() -> Sample:
    """Returns the digit of MNIST that the visitor has opened."""
    return st.session_state.get(_SAMPLE, Sample())


def open_sample(sample: Sample) -> None:
    """Opens a digit of MNIST for the visitor."""
    st.session_state[_SAMPLE] = sample


def lay_index(index: int) -> None:
    """Writes a number into the visitor's field for it, before that field is shown."""
    st.session_state[INDEX] = index


def open_index(split: str) -> None:
    """Opens the digit whose number the visitor has written into the field."""
    open_sample(Sample(split, int(st.session_state[INDEX])))


def seed(*, renewed: bool) -> int:
    """Returns the visitor's random seed: the same until it is renewed."""
    state = st.session_state
    state[_SEED] = state.get(_SEED, 0) + renewed
    return int(state[_SEED])
