"""The dataset: 70,000 digits to browse, to take apart, to compare and to vary."""

import streamlit as st

from ui import page, resources
from ui.dataset import browse, digit_map, file_format, one_digit, overview, pen_styles, state, variations

SECTIONS = {
    "Browse": browse.show,
    one_digit.NAME: one_digit.show,
    "Overview": overview.show,
    "Map": digit_map.show,
    "File": file_format.show,
    "Vary": variations.show,
    pen_styles.NAME: None,
}
"""What each section shows of MNIST; the pen styles are the program's own."""

page.open_page("Dataset", "dataset.css")


@st.fragment
def dataset() -> None:
    section = st.segmented_control(
        "What to look at",
        SECTIONS,
        default="Browse",
        required=True,
        key=state.SECTION,
        label_visibility="collapsed",
        bind="query-params",
    )
    with page.problems_told():
        if (show := SECTIONS[section]) is None:
            pen_styles.show()
        else:
            show(resources.mnist())


dataset()
