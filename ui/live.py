"""HTML that changes in place: what stays the same on the page is not touched, what changes can glide."""

from markupsafe import Markup, escape
from streamlit.components.v2 import component

from ui import assets

_mount = component(
    "mnist_studio_live", html='<div class="live"></div>', js=assets.text("live.js"), isolate_styles=False
)


def live_html(html: Markup, *, key: str) -> None:
    """Shows HTML; `key` tells the places on a page apart.

    A button in it with `data-choice` sends that as `chosen`, which `session.asked(key)` holds from then on.

    Args:
        html: what is shown; text that is no `Markup` is escaped.
        key: where it is shown, which the style sheet knows as `.st-key-<key>`.
    """
    _mount(key=key, data={"html": str(escape(html))})
