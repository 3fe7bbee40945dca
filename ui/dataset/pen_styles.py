"""How the world writes each digit: all forms that the program can write, with where people write them so."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from mnist_core.data.mnist import CLASSES
from mnist_core.export.images import png_uri
from mnist_core.synthesis import handwriting
from mnist_core.synthesis.allographs import DIGITS, Allograph
from ui.dataset import state
from ui.live import live_html

NAME = "Pen styles"
COPIES = 6  # of each form: enough to see what stays and what varies
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def show() -> None:
    """Shows the forms of a digit of the visitor's choice, each written several times."""
    with st.container(key="styles"):
        with st.container(key="styled", horizontal=True, vertical_alignment="bottom"):
            digit = st.segmented_control(
                "Digit", range(CLASSES), default=7, required=True, key="styled_digit", persist_state="session"
            )
            again = st.button("Write them again", key="rewrite")
        live_html(styles_html(digit, state.seed(renewed=again)), key="forms")


@st.cache_data(show_spinner=False, max_entries=40)
def styles_html(digit: int, seed: int) -> Markup:
    """Shows all forms of a digit, each in several copies; the same for the same seed."""
    forms = [form for form in DIGITS if form.character == str(digit)]
    rng = np.random.default_rng(seed)
    cards = Markup("").join(_card(form, rng) for form in forms)
    return Markup(
        '<section class="told"><h2>How the world writes a {}</h2><p>{} ways, each written {COPIES} times by '
        "this program. MNIST’s writers all went to school in the United States. The shipped network was trained on "
        "digits like these as well, so it also reads those of people from elsewhere.</p></section>"
        '<ul class="forms">{cards}</ul>'
    ).format(WORDS[digit], len(forms), COPIES=COPIES, cards=cards)


def _card(form: Allograph, rng: np.random.Generator) -> Markup:
    row = np.concatenate(handwriting.pictures([form] * COPIES, rng), axis=1)
    name = form.name[0].upper() + form.name[1:]
    return Markup('<li><img src="{}" alt="{} with {}, written {COPIES} times"><h3>{name}</h3><p>{}</p></li>').format(
        png_uri(row), form.character, form.name, form.where, COPIES=COPIES, name=name
    )
