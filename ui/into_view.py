"""Scrolling to the part of a page that somebody wants to see now."""

from streamlit.components.v2 import component

from ui import assets

_mount = component("mnist_studio_into_view", html="", js=assets.text("into_view.js"), isolate_styles=False)


def bring(place: str, occasion: str) -> None:
    """Brings a part of the page to the top of the screen, unless it can be seen already.

    Args:
        place: its key.
        occasion: what brings it; for the same one the page does not move again.
    """
    _mount(key="into_view", data={"place": place, "occasion": occasion})
