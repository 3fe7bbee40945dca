import gc
from collections.abc import Iterator

import pytest
from streamlit import config
from streamlit.runtime import app_session

from ui import tuning


@pytest.fixture
def untuned(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lets the process be again as it was."""
    monkeypatch.setattr(config, "get_options_for_section", config.get_options_for_section)
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


def test_the_options_of_the_theme_are_collected_once(untuned, monkeypatch):
    collected = {name: config.get_options_for_section(name) for name in ("theme", "theme.light", "theme.dark")}
    asked: list[str] = []
    collect = config.get_options_for_section
    monkeypatch.setattr(config, "get_options_for_section", lambda name: asked.append(name) or collect(name))
    tuning.settle()
    for _ in range(2):  # where Streamlit looks for them at each run of a page
        assert {name: app_session.config.get_options_for_section(name) for name in collected} == collected
    assert asked == list(collected)


def test_what_has_been_imported_is_not_looked_at_by_the_garbage_collector(untuned):
    tuning.settle()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == tuning.YOUNG
