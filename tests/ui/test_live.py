from markupsafe import Markup

from ui import live


def test_text_that_is_no_markup_is_escaped(monkeypatch):
    shown = []
    monkeypatch.setattr(live, "_mount", lambda *, key, data: shown.append(data["html"]))
    live.live_html(Markup("<p>7</p>"), key="answer")
    live.live_html("<script>", key="answer")

    assert shown == ["<p>7</p>", "&lt;script&gt;"]
