"""The pages' logic, in Streamlit's own test harness: no browser, and a canvas that says what a test wants."""

import base64
import html
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from mnist_core.drawing.framing import Ink
from mnist_core.drawing.strokes import render
from mnist_core.models import model_folder, registry
from mnist_core.reading import numbers
from tests.handwriting import drawn, written_number
from ui import assets
from ui.draw.state import DESK

ROOT = Path(__file__).parents[2]
CANVAS, TOOLS = DESK.canvas_key, DESK.tools_key


@pytest.fixture
def app() -> AppTest:
    """The Draw page, opened by a new visitor."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()


def png(ink: Ink) -> bytes:
    """A canvas as the browser sends it: black ink on transparent paper."""
    rgba = np.zeros((*ink.shape, 4), np.uint8)
    rgba[..., 3] = np.rint(255 * ink)
    content = io.BytesIO()
    Image.fromarray(rgba).save(content, "PNG")
    return content.getvalue()


def jpeg(ink: Ink) -> bytes:
    """A photograph of dark ink on light paper."""
    content = io.BytesIO()
    Image.fromarray(np.rint(240 - 200 * ink).astype(np.uint8)).save(content, "JPEG", quality=95)
    return content.getvalue()


def draw(app: AppTest, ink: Ink, *strokes: str) -> AppTest:
    """Lets the canvas report a drawing that consists of these strokes."""
    data = "data:image/png;base64," + base64.b64encode(png(ink)).decode()
    app.session_state[CANVAS] = {"drawing": {"raw": {"objects": [*map(stroke, strokes)]}, "data": data}}
    return app.run()


def stroke(name: str) -> dict:
    """A short stroke at the paper's upper rim, which is known again by where it begins."""
    return {"type": "Path", "strokeWidth": 1, "path": [["M", ord(name), 0], ["L", ord(name), 1]]}


def component(app: AppTest, key: str) -> BidiComponent:
    (found,) = [element.proto for element in app.get("bidi_component") if element.proto.id.endswith(f"-{key}")]
    return found


def component_data(app: AppTest, key: str) -> dict:
    proto = component(app, key)
    return json.loads(proto.json or proto.mixed.json)


def press(app: AppTest, tool: object) -> AppTest:
    """Lets the paper's companion report that a button was pressed."""
    event = json.dumps([{"event": "tool", "value": tool}])
    return send(app, WidgetState(id=_make_trigger_id(component(app, TOOLS).id, "events"), json_trigger_value=event))


def report(app: AppTest, key: str, **state: object) -> AppTest:
    """Lets a component report its state."""
    return send(app, WidgetState(id=component(app, key).id, json_value=json.dumps(state)))


def send(app: AppTest, state: WidgetState) -> AppTest:
    """Lets the browser send what a widget holds, with what all others do."""
    states = app._tree.get_widget_states()
    states.widgets.append(state)
    return app._run(states)


def text(app: AppTest, key: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", component_data(app, key)["html"])).split())


def words(app: AppTest) -> str:
    """What the status line of the answer says."""
    (status,) = re.findall(r'role="status">(.*?)</p>', component_data(app, "answer")["html"])
    return html.unescape(re.sub(r"<[^>]*>", "", status))


def choices(app: AppTest) -> list[str]:
    """The digits of a number that one may choose."""
    return re.findall(r'data-choice="(.*?)"', component_data(app, "answer")["html"])


def choose(app: AppTest, choice: object) -> AppTest:
    """Lets the answer's component report a press of one of its buttons."""
    app.session_state["answer"] = {"chosen": choice}
    return app.run()


def paper(app: AppTest) -> list[str]:
    """The strokes that the canvas was told to show."""
    objects = component_data(app, CANVAS)["initialDrawing"]["objects"]
    return [chr(int(stroke["path"][0][1])) for stroke in objects]


def test_an_empty_page_invites_to_draw(app):
    assert not app.exception
    assert words(app) == "Draw a digit or a number and see what a network makes of it"
    assert component_data(app, TOOLS)["usable"] == []


@pytest.mark.parametrize("digit", range(10))
def test_a_drawn_digit_is_read(app, digit):
    draw(app, drawn(digit), "a")

    assert not app.exception
    assert re.match(rf"{digit}( or \d\?)? ", words(app))
    assert "src=" in component_data(app, "steps")["html"]


def test_a_number_is_read_and_shows_the_bars_of_the_last_digit_until_another_is_chosen(app):
    draw(app, render(written_number("2026"), 480, 10), "a")
    assert not app.exception
    assert words(app).startswith("2026 ")
    assert "4th digit, 6: " in text(app, "answer")
    of_the_six = component_data(app, "steps")["html"]

    choose(app, choices(app)[1])
    assert "2nd digit, 0: " in text(app, "answer")
    assert component_data(app, "steps")["html"] != of_the_six
    assert words(app).startswith("2026 ")

    draw(app, render(written_number("20"), 480, 10), "a", "b")
    assert "2nd digit, 0: " in text(app, "answer")
    draw(app, render(written_number("207"), 480, 10), "a", "b", "c")
    assert "3rd digit, 7: " in text(app, "answer")


@pytest.mark.parametrize("choice", ["2026 9", "", None, 3, {"a": 1}, ["2026 1"]])
def test_a_choice_that_no_button_sends_does_no_harm(app, choice):
    draw(app, render(written_number("2026"), 480, 10), "a")
    choose(app, choice)
    assert not app.exception
    assert "4th digit, 6: " in text(app, "answer")


def test_two_lines_are_shown_as_two_lines(app):
    draw(app, render([*written_number("40", top_px=60), *written_number("815", top_px=260)], 480, 10), "a")
    assert words(app).startswith("40, then 815 ")
    assert component_data(app, "answer")["html"].count('class="answer-line"') == 2


def test_undo_redo_and_clear_change_paper_and_answer(app):
    draw(app, drawn(1), "a")
    draw(app, drawn(7), "a", "b")
    seven = words(app)

    press(app, "undo")
    assert paper(app) == ["a"]
    assert words(app).startswith("1 ")
    press(app, "redo")
    assert paper(app) == ["a", "b"]
    assert words(app) == seven
    press(app, "clear")
    assert paper(app) == []
    assert words(app).startswith("Draw a digit")
    press(app, "undo")
    assert paper(app) == ["a", "b"]
    assert words(app) == seven


def test_the_canvas_is_left_alone_while_someone_draws(app):
    before = component_data(app, CANVAS)
    draw(app, drawn(1), "a")
    draw(app, drawn(7), "a", "b")

    assert component_data(app, CANVAS) == before


def test_a_stroke_that_was_on_its_way_when_undo_was_pressed_is_the_one_taken_back(app):
    draw(app, drawn(1), "a")
    data = "data:image/png;base64," + base64.b64encode(png(drawn(7))).decode()
    raw = {"objects": [stroke("a"), stroke("b")]}
    app.session_state[CANVAS] = {"drawing": {"raw": raw, "data": data}}
    press(app, "undo")

    assert paper(app) == ["a"]
    assert words(app).startswith("1 ")
    assert "redo" in component_data(app, TOOLS)["usable"]


def test_another_pen_changes_nothing_that_is_drawn(app):
    draw(app, drawn(7), "a")
    before = component_data(app, CANVAS)
    report(app, TOOLS, pen="Broad")
    after = component_data(app, CANVAS)

    assert after["strokeWidth"] > before["strokeWidth"]
    assert after | {"strokeWidth": 0} == before | {"strokeWidth": 0}
    assert words(app).startswith("7 ")


@pytest.mark.parametrize("tool", ["erase", "", None, 3, {"a": 1}, ["undo"]])
def test_a_tool_that_no_button_sends_does_no_harm(app, tool):
    draw(app, drawn(7), "a")
    press(app, tool)
    assert not app.exception
    assert words(app).startswith("7 ")


@pytest.mark.parametrize("pen", ["Huge", None, 3, ["Broad"]])
def test_a_pen_that_there_is_not_does_no_harm(app, pen):
    report(app, TOOLS, pen=pen)
    assert not app.exception
    assert component_data(app, TOOLS)["pen"] == "Medium"


def test_the_drawing_is_still_there_after_looking_at_a_picture(app):
    draw(app, drawn(7), "a")
    app.segmented_control(key="source").set_value("Picture").run()
    assert words(app).startswith("Choose a picture")
    app.segmented_control(key="source").set_value("Draw").run()

    assert paper(app) == ["a"]
    assert words(app).startswith("7 ")


def test_the_drawing_is_still_there_after_a_look_at_another_page(app):
    draw(app, drawn(7), "a")
    app.switch_page("pages/model.py").run()
    assert not app.exception
    app.switch_page("app.py").run()

    assert paper(app) == ["a"]
    assert words(app).startswith("7 ")


@pytest.mark.parametrize(("source", "widget"), [("Picture", "file_uploader"), ("Camera", "camera_input")])
def test_a_digit_on_a_photograph_is_read(app, source, widget, monkeypatch):
    monkeypatch.setattr("ui.draw.sources.camera_allowed", lambda url: True)
    app.segmented_control(key="source").set_value(source).run()
    app.get(widget)[0].set_value(("seven.jpg", jpeg(drawn(7)), "image/jpeg")).run()

    assert not app.exception
    assert words(app).startswith("7 ")


def test_a_number_on_a_photograph_is_read(app):
    app.segmented_control(key="source").set_value("Picture").run()
    app.get("file_uploader")[0].set_value(
        ("number.jpg", jpeg(render(written_number("2026"), 480, 10)), "image/jpeg")
    ).run()
    assert words(app).startswith("2026 ")


def test_a_file_that_is_no_picture_is_answered_with_a_sentence(app):
    app.segmented_control(key="source").set_value("Picture").run()
    app.file_uploader[0].set_value(("seven.png", b"a text", "image/png")).run()

    assert not app.exception
    assert app.error[0].value.endswith(".")
    assert words(app).startswith("I could not read this picture")


def test_where_browsers_lend_no_camera_the_page_says_what_to_do(app, monkeypatch):
    monkeypatch.setattr("ui.draw.sources.camera_allowed", lambda url: False)
    app.segmented_control(key="source").set_value("Camera").run()

    assert "choose Picture" in app.info[0].value
    assert not app.get("camera_input")


@pytest.mark.parametrize(
    "state",
    [
        "a text",
        {"drawing": "a text"},
        {"drawing": {"raw": {"objects": "a text"}, "data": "a text"}},
        {"drawing": {"raw": {"objects": [{}]}, "data": "data:image/png;base64,AAAA"}},
        {"drawing": None, "backgroundFit": "a text"},
        {"drawing": {"raw": {"objects": [{}] * 501}, "data": "data:image/png;base64,AAAA"}},
    ],
)
def test_what_no_canvas_sends_does_no_harm(app, state):
    app.session_state[CANVAS] = state
    app.run()
    assert not app.exception

    draw(app, drawn(7), "a")
    assert words(app).startswith("7 ")


def test_a_stroke_too_many_is_told_and_taken_back_and_drawing_goes_on(app):
    draw(app, drawn(7), "a")
    revision = component_data(app, CANVAS)["initialDrawing"]["revision"]
    draw(app, drawn(8), *"a" * 501)

    assert "takes 500 strokes" in app.warning[0].value
    assert words(app).startswith("7 ")
    assert paper(app) == ["a"]
    assert component_data(app, CANVAS)["initialDrawing"]["revision"] > revision

    draw(app, drawn(7), "a")
    draw(app, drawn(1), "a", "b")
    assert not app.warning
    assert words(app).startswith("1 ")


def test_what_is_read_for_long_is_told_to_be_too_much(app, monkeypatch):
    monkeypatch.setattr(numbers, "BOUNDS", replace(numbers.BOUNDS, candidates=3))
    draw(app, drawn(7), "a")
    draw(app, render(written_number("2026"), 480, 10), "a", "b")

    assert "too much here to read at once" in app.error[0].value


def test_the_chosen_pen_is_kept_on_the_way_to_other_pages(app):
    report(app, TOOLS, pen="Broad")
    broad = component_data(app, CANVAS)["strokeWidth"]
    app.switch_page("pages/model.py").run()
    app.switch_page("app.py").run()

    assert component_data(app, TOOLS)["pen"] == "Broad"
    assert component_data(app, CANVAS)["strokeWidth"] == broad


def test_two_visitors_have_papers_of_their_own(app):
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    draw(app, drawn(7), "a")
    draw(other, drawn(1), "b")

    assert words(app.run()).startswith("7 ")
    assert words(other.run()).startswith("1 ")


def test_without_any_model_one_can_draw_and_reads_why_nothing_is_read(app, home, monkeypatch):
    monkeypatch.setattr(registry, "SHIPPED", home / "shipped")
    draw(app, drawn(7), "a")

    assert not app.exception
    assert "card.json is missing" in app.error[0].value
    app.switch_page("pages/model.py").run()
    assert not app.exception
    assert "card.json is missing" in app.error[0].value


def test_a_damaged_model_is_told_and_the_shipped_one_reads_in_its_place(app, own_model):
    registry.activate(own_model.name)
    (own_model / model_folder.NETWORK).write_bytes(b"damaged")
    draw(app, drawn(7), "a")

    assert "“mine” is damaged" in app.warning[0].value
    assert words(app).startswith("7 ")


def test_the_model_page_tells_what_the_active_model_reaches(app):
    app.switch_page("pages/model.py").run()
    accuracy = registry.shipped().evaluation["accuracy"]

    assert not app.exception
    assert text(app, "headline").startswith(f"{100 * accuracy:.2f} %")
    assert "Made with python 3" in text(app, "headline")
    assert "Learning curves" in text(app, "learning")


IMPORTED = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=30).run()
for page in sorted(__import__("pathlib").Path("pages").glob("*.py")):
    app.switch_page(str(page)).run()
assert not app.exception, app.exception
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_no_page_brings_large_libraries_into_the_server(small_mnist_path, monkeypatch):
    monkeypatch.setenv("MNIST_PATH", str(small_mnist_path))
    done = subprocess.run([sys.executable, "-c", IMPORTED], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())

    assert "ai_edge_litert" in imported
    assert imported.isdisjoint({"tensorflow", "keras", "matplotlib", "altair", "pandas", "pyarrow"})


def test_nothing_that_the_pages_load_comes_from_another_host():
    for asset in [*assets.FOLDER.glob("*.*"), ROOT / ".streamlit/config.toml"]:
        addresses = set(re.findall(r"(?:https?:)?//[\w.-]+", re.sub(r"^\s*//.*", "", asset.read_text(), flags=re.M)))

        assert addresses <= {"http://www.w3.org"}, asset.name
