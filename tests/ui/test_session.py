"""What a run of a page knows of its visitor: whether they are still there, and whether they have gone on."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

from ui import session

ROOT = Path(__file__).parents[2]


class Ended(Exception):
    """The run of the page has ended."""


@pytest.fixture
def requests(monkeypatch) -> ScriptRequests:
    """What a visitor's browser has asked of the run of a page that goes on."""
    asked = ScriptRequests()
    context = SimpleNamespace(script_requests=asked, fragment_ids_this_run=["studio"])
    monkeypatch.setattr(session, "get_script_run_ctx", lambda **_: context)
    thread = SimpleNamespace(fragment_id="dialog")
    monkeypatch.setattr(session, "ThreadState", SimpleNamespace(get=lambda: thread))

    def end(how: str, **options: str) -> None:
        raise Ended(how, *options.values())

    monkeypatch.setattr(session.st, "stop", lambda: end("stopped"))
    monkeypatch.setattr(session.st, "rerun", lambda scope: end("begun anew", scope=scope))
    return asked


def test_a_run_goes_on_while_its_visitor_waits(requests):
    session.give_way()


def test_a_run_ends_when_its_visitor_has_gone(requests):
    requests.request_stop()
    with pytest.raises(Ended, match="stopped"):
        session.give_way()


def test_a_run_begins_anew_when_its_visitor_has_drawn_on(requests):
    requests.request_rerun(RerunData(fragment_id="studio"))
    with pytest.raises(Ended, match=r"begun anew.*fragment"):
        session.give_way()


@pytest.mark.parametrize("fragment", ["studio", "dialog", None])
def test_what_is_asked_for_anew_is_superseded(requests, fragment):
    assert not session.is_superseded()
    requests.request_rerun(RerunData(fragment_id=fragment))
    assert session.is_superseded()


def test_what_is_made_for_a_visitor_who_has_gone_is_superseded(requests):
    requests.request_stop()
    assert session.is_superseded()


def test_what_another_part_of_the_page_is_asked_for_supersedes_nothing(requests):
    requests.request_rerun(RerunData(fragment_id="next epoch"))
    assert not session.is_superseded()
    requests.request_rerun(RerunData(fragment_id="dialog"))
    assert session.is_superseded()


def test_only_session_and_the_rooms_states_touch_what_streamlit_keeps_of_a_visitor():
    modules = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")]
    touching = {path for path in modules if "session_state" in path.read_text(encoding="utf-8")}

    assert ROOT / "ui/session.py" in touching
    assert {path.name for path in touching - {ROOT / "ui/session.py"}} == {"state.py"}
