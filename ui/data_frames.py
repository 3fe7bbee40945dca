"""Keeps pandas and PyArrow out of the server: 65 MB and a quarter of a second, for nothing that a page shows.

Streamlit imports both to find out whether what a component is given is a data frame. Ours are given texts, numbers and
lists, and so is the drawing component. This leans on a name inside Streamlit, whose version `requirements.txt` holds; a
test tells when it no longer helps.
"""

from streamlit.components.v2.bidi_component import serialization


def keep_out() -> None:
    """Lets Streamlit take nothing that components are given for a data frame."""
    serialization.is_dataframe_like = _is_none  # type: ignore[attr-defined, assignment]


def _is_none(value: object) -> bool:
    return False
