"""A talk in real browsers: a speaker, the screen, and phones that join by the QR code on it."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, expect

from benchmarks.browser import App, free_port, running_app
from mnist_core.drawing.strokes import StrokePack
from mnist_core.kept import database
from mnist_core.rooms import drawings, store
from mnist_core.rooms.souvenirs import TILE_PX
from tests.browser.conftest import DESKTOP, PHONE, Visitor, Visits, touch
from tests.handwriting import DIGITS

SMALL_PHONE = {**PHONE, "viewport": {"width": 320, "height": 568}}
SCREEN = {"viewport": {"width": 1920, "height": 1080}}
SMALL_SCREEN = {"viewport": {"width": 1280, "height": 720}}
LEARNED_MS = 180_000  # on a busy machine: training comes last
BACK_MS = 60_000  # until a browser tries again to reach its server
DASHES = [np.array([(0.1 * x, 0.2 * y), (0.1 * x, 0.2 * y + 0.1)]) for y in range(1, 5) for x in range(1, 10)]


class Phone(Visitor):
    """Somebody in the audience."""

    def join(self, address: str) -> "Phone":
        """Opens the address of a QR code, and waits until there is paper to draw on."""
        self.page.goto(address)
        self.wait_for_paper()
        return self

    @property
    def prompt(self) -> Locator:
        """The digit that they are asked for."""
        return self.page.locator(".phone-prompt strong")

    def draw_next(self, *, instead: int | None = None) -> int:
        """Draws what they are asked for, or something else instead, and finishes it; returns what it is."""
        asked = int(self.prompt.inner_text())
        self.touch(*DIGITS[asked if instead is None else instead])
        expect(self.page.locator('.phone-words[data-state="last"]')).to_have_count(0)
        self.page.locator(".st-key-finish button").tap()
        expect(self.page.locator(".phone-words")).to_have_attribute("data-state", "last")
        expect(self.page.locator(".phone-words")).to_contain_text(f"our {asked}")  # Your 7 was ..., it took your 7 ...
        return asked

    def fool(self) -> int:
        """Draws another digit than the one that they are asked for; returns the one that they are asked for."""
        asked = int(self.prompt.inner_text())
        return self.draw_next(instead=next(digit for digit in (3, 0) if digit != asked))


Come = Callable[..., Phone]


@pytest.fixture
def come(visits: Visits) -> Iterator[Come]:
    """Lets people come to an app, by default with a phone. None may meet an error or a foreign host."""
    yield lambda app, **options: visits.begin(app, Phone, **(options or PHONE))
    visits.end()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, small_mnist_path: Path, few_strokes: Path) -> Iterator[App]:
    """An app with a home of its own."""
    home = str(tmp_path_factory.mktemp("home"))
    data = {"MNIST_PATH": str(small_mnist_path), "STROKE_PACK": str(few_strokes)}
    with running_app(environment={"MNIST_STUDIO_HOME": home, **data}) as started:
        yield started


@pytest.fixture
def speaker(come: Come, app: App) -> Phone:
    """A speaker who has opened a room, and is the only one to lead it."""
    return opened(come(app, **DESKTOP))


def opened(speaker: Phone) -> Phone:
    speaker.open("/room").press("Open a room")
    expect(speaker.page.locator(".room-code")).to_be_visible()
    return speaker


def scanned(screen: Visitor) -> str:
    """Reads the QR code in a picture of the screen."""
    picture = Image.open(io.BytesIO(screen.page.screenshot()))
    (code,) = zxingcpp.read_barcodes(picture)
    return str(code.text)


def digits(screen: Visitor) -> Locator:
    """How many digits the screen counts."""
    return screen.page.locator('[data-figure="digits"] strong')


def test_phones_join_by_the_code_on_the_screen_draw_and_teach_the_network(come, app, speaker):
    with speaker.page.expect_popup() as popup:
        speaker.page.get_by_role("link", name="Screen for the beamer").click()
    screen = popup.value
    expect(screen.locator(".room-screen")).to_be_visible()
    expect(screen.get_by_role("button")).to_have_count(0)
    address = scanned(speaker)
    code = speaker.page.locator(".room-code").inner_text()
    assert address == f"{app.address}/join?room={code}"
    phones = [come(app).join(address) for _ in range(3)]
    expect(speaker.page.locator('[data-figure="people"] strong')).to_have_text("3")
    drawn = [phone.draw_next() for phone in phones for _ in range(2)]
    fooled = phones[0].fool()
    expect(phones[0].page.locator(".phone-words")).to_contain_text("You fooled it")
    for count in (digits(speaker), screen.locator('[data-figure="digits"] strong')):
        expect(count).to_have_text(str(len(drawn) + 1))
    expect(speaker.page.locator(".room-accuracy strong")).to_have_text("85.7 %")
    tile = speaker.page.locator(".room-fooled .tile")
    expect(tile).to_contain_text(f"{fooled} read as")

    speaker.press("Learn from the room")
    expect(screen.locator(".room-training")).to_be_visible(timeout=LEARNED_MS)
    expect(screen.locator(".room-compare .new")).to_contain_text("%", timeout=LEARNED_MS)
    expect(screen.locator(".room-training")).to_contain_text("of people it did not learn from")
    expect(speaker.page.get_by_role("button", name="Use this model")).to_be_visible(timeout=LEARNED_MS)

    screen.close()
    tile.click()
    speaker.press("Hide the drawing that you pressed")
    expect(tile).to_have_count(0)
    expect(digits(speaker)).to_have_text(str(len(drawn)))


def test_a_phone_that_slept_a_late_one_and_a_wrong_code(come, app, speaker):
    address = scanned(speaker)
    phone = come(app).join(address)
    phone.draw_next()
    asked = phone.prompt.inner_text()
    phone.page.goto("about:blank")
    phone.join(address)
    expect(phone.prompt).to_have_text(asked)
    phone.draw_next()
    expect(digits(speaker)).to_have_text("2")

    late = come(app)
    late.page.goto(f"{app.address}/join")
    late.page.get_by_label("The code on the screen").fill("kavoma")
    late.press("Join")
    expect(late.page.get_by_text("There is no room “KAVOMA”")).to_be_visible()
    late.page.get_by_label("The code on the screen").fill(speaker.page.locator(".room-code").inner_text().lower())
    late.press("Join")
    late.wait_for_paper()
    late.draw_next()
    expect(digits(speaker)).to_have_text("3")


def test_a_round_is_paused_timed_and_closed_and_the_phones_follow(come, app, speaker):
    phone = come(app).join(scanned(speaker))
    speaker.press("Pause")
    expect(speaker.page.locator(".room-state")).to_contain_text("Paused")
    phone.touch(*DIGITS[3])
    expect(phone.page.get_by_text("The speaker has paused the room.")).to_be_visible()
    speaker.page.get_by_label("The next round lasts").click()
    speaker.page.get_by_role("option", name="1 minute").click()
    speaker.press("Next round")
    expect(speaker.page.locator(".room-counts")).to_contain_text("left in round 2")
    phone.wait_for_paper()
    phone.draw_next()
    speaker.press("End this round")
    expect(speaker.page.locator(".room-state")).to_contain_text("Time is up")
    phone.touch(*DIGITS[3])
    expect(phone.page.get_by_text("This round is over.")).to_be_visible()

    speaker.page.get_by_role("button", name="Delete the room").click()
    speaker.page.get_by_role("button", name="Delete ").last.click()
    expect(speaker.page.get_by_role("button", name="Open a room")).to_be_visible()
    expect(phone.page.get_by_text("This room is gone, and all that was drawn in it.")).to_be_visible()


def test_who_fooled_it_most_is_named_where_the_speaker_wants_it(come, app, speaker):
    phone = come(app).join(scanned(speaker))
    phone.page.get_by_text("Your name on the screen").tap()
    phone.page.get_by_label("A name, if you wish").fill("<b>Ada</b>")
    phone.press("That is me")
    expect(phone.page.get_by_text("The screen may show your name now.")).to_be_visible()
    phone.fool()
    expect(digits(speaker)).to_have_text("1")
    expect(speaker.page.locator(".room-leaders")).to_have_count(0)
    speaker.page.get_by_text("Show who fooled it most").click()
    expect(speaker.page.locator(".room-leaders li")).to_have_text("<b>Ada</b> 1")


def test_the_drawings_are_taken_home_as_strokes_and_as_one_picture(come, app, speaker, tmp_path):
    phone = come(app).join(scanned(speaker))
    drawn = [phone.draw_next() for _ in range(2)]
    expect(digits(speaker)).to_have_text("2")
    with speaker.page.expect_download() as download:
        speaker.press("Drawings as pen strokes (.npz)")
    download.value.save_as(tmp_path / "room.npz")
    assert StrokePack.load(tmp_path / "room.npz").labels.tolist() == drawn
    with speaker.page.expect_download() as download:
        speaker.press("All drawings as one picture (.png)")
    assert Image.open(io.BytesIO(download.value.path().read_bytes())).width > 2 * TILE_PX


def test_on_a_phone_all_that_a_thumb_needs_is_on_the_screen(come, app, speaker):
    address = scanned(speaker)
    for options in (PHONE, SMALL_PHONE):
        phone = come(app, **options).join(address)
        height, width = options["viewport"]["height"], options["viewport"]["width"]
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= width
        for part in (".phone-prompt", ".st-key-paper", ".st-key-finish button"):
            box = phone.page.locator(part).bounding_box()
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= height
        assert phone.page.locator(".st-key-finish button").bounding_box()["height"] >= 44


def test_the_screen_for_the_beamer_is_filled_and_not_scrolled(come, app, speaker):
    come(app).join(scanned(speaker)).fool()
    code = speaker.page.locator(".room-code").inner_text()
    for options in (SCREEN, SMALL_SCREEN):
        height, width = options["viewport"]["height"], options["viewport"]["width"]
        screen = come(app, **options)
        screen.page.goto(f"{app.address}/room?screen={code}")
        for part in (
            ".qr",
            ".room-code",
            ".room-accuracy",
            ".room-confusion",
            ".room-fooled .tile",
            ".room-wall .tile",
        ):
            box = screen.page.locator(part).first.bounding_box()
            assert box["y"] + box["height"] <= height
            assert box["x"] + box["width"] <= width
        assert screen.page.evaluate("document.documentElement.scrollWidth") <= width
        assert screen.page.locator(".room-code").evaluate("node => parseFloat(getComputedStyle(node).fontSize)") >= 40


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_killed_server_loses_nothing_and_the_phones_go_on_by_themselves(come, home, kind, request, monkeypatch):
    if kind == "postgresql":
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("postgres").database())
    port = free_port()
    environment = {"MNIST_STUDIO_HOME": str(home)}
    with running_app(environment=environment, port=port) as app:
        speaker = opened(come(app, **DESKTOP))
        address = scanned(speaker)
        phone = come(app).join(address)
        drawn = [phone.draw_next() for _ in range(2)]
        asked = phone.prompt.inner_text()
        app.process.kill()
        app.process.wait()
    phone.page.wait_for_timeout(1000)
    with running_app(environment=environment, port=port):
        code = urlsplit(address).query.removeprefix("room=")
        expect(phone.page.locator('.stApp[data-test-connection-state="CONNECTED"]')).to_be_visible(timeout=BACK_MS)
        for dash in DASHES:  # before the new server has answered, and after
            phone.touch(dash)
            phone.page.wait_for_timeout(100)
        expect(phone.prompt).to_have_text(asked)
        expect(phone.page.locator('.phone-words[data-state="last"]')).to_have_count(0)
        phone.page.wait_for_timeout(1000)  # for the last stroke to be heard of
        phone.page.locator(".st-key-finish button").tap()
        expect(phone.page.locator(".phone-words")).to_have_attribute("data-state", "last")
        drawn.append(int(asked))
        expect(digits(speaker)).to_have_text("3", timeout=BACK_MS)
        room = store.find(code)
        kept = list(drawings.all_of(room.id))
        assert [one.asked for one in kept] == drawn
        assert len(kept[-1].pen_strokes) == len(DASHES)
        for person in (phone, speaker):
            person.page.goto("about:blank")
            person.complaints.clear()  # browsers say that their server was away
    database.close()


def test_at_the_end_each_phone_takes_the_network_home_and_it_reads_without_a_network(come, app, speaker, tmp_path):
    phones = [come(app).join(scanned(speaker)) for _ in range(2)]
    code = speaker.page.locator(".room-code").inner_text()
    screen = come(app, **SMALL_SCREEN)
    screen.page.goto(f"{app.address}/room?screen={code}")
    for phone in phones:
        expect(phone.page.locator(".phone-take-home")).to_have_count(0)
    speaker.page.get_by_role("button", name="Close the room").click()
    speaker.page.get_by_role("button", name="Close it").click()
    expect(screen.page.get_by_text("Take the network home")).to_be_visible()
    expect(speaker.page.get_by_role("button", name="Close the room")).to_have_count(0)
    expect(speaker.page.get_by_role("button", name=f"Delete {code}")).to_have_count(0)
    address = scanned(screen)
    assert address == f"{app.address}/network/shipped"

    links = [phone.page.locator(".phone-take-home") for phone in phones]
    for phone, link in zip(phones, links, strict=True):
        phone.touch(*DIGITS[3])  # whoever draws in a closed room is told at once, others within seconds
        expect(link).to_be_visible()
        assert link.get_attribute("href") == address
    with phones[0].page.expect_popup() as popup:
        links[0].tap()
    phones[0].page.close()  # it would look for its server in vain
    phones[1].page.goto(address)
    for page, digit in ((popup.value, 7), (phones[1].page, 4)):
        expect(page.locator("#paper")).to_be_visible(timeout=LEARNED_MS)
        page.context.set_offline(True)
        for drawn in (digit, 1):
            touch(page, "#paper", DIGITS[drawn])
            expect(page.get_by_role("status")).to_contain_text(f"{drawn}, confidence")
            page.get_by_role("button", name="Clear").tap()

    page = phones[1].page
    page.context.set_offline(False)
    with page.expect_download() as download:
        page.get_by_role("link", name="Save this page").tap()
    assert download.value.suggested_filename == "shipped.html"
    saved = tmp_path / "shipped.html"
    download.value.save_as(saved)
    page.context.set_offline(True)
    page = page.context.new_page()
    page.goto(saved.as_uri())
    touch(page, "#paper", DIGITS[5])
    expect(page.get_by_role("status")).to_contain_text("5, confidence")
    expect(page.locator("#save")).to_be_hidden()
