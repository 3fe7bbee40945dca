"""The running server, asked over plain sockets as no browser would ask it."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.browser import ROOT, App, free_port, running_app
from mnist_core.export.take_home import page, shelf
from mnist_core.models import registry
from ui import server
from ui.draw import engine

WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": "streamlit",
}
SWITCHING, REFUSED = 101, 403
BY_BROWSERS = [f"/{address}" for name, address in engine.of(registry.shipped()).items() if name != "digit_threshold"]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app as it is started, for this machine alone."""
    with running_app(environment={"MNIST_STUDIO_HOME": str(tmp_path_factory.mktemp("home"))}) as started:
        yield started


@pytest.fixture(scope="module")
def open_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app as it is opened to a room."""
    home = str(tmp_path_factory.mktemp("home"))
    environment = {"MNIST_STUDIO_HOME": home, "STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}
    environment["PRESENTER_PASSPHRASE"] = "a horse reads digits"
    with running_app(environment=environment) as started:
        yield started


def ask(app: App, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str]]:
    """Sends a request; gives the status and the headers of the answer, by their names in small letters."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    with socket.create_connection(("127.0.0.1", port(app)), timeout=20) as connection:
        connection.sendall("\r\n".join(lines).encode())
        answer = b""
        while b"\r\n\r\n" not in answer and (more := connection.recv(65_536)):
            answer += more
    status, *fields = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    return int(status.split()[1]), {name.lower(): value for name, _, value in (f.partition(": ") for f in fields)}


def port(app: App) -> int:
    return int(app.address.rpartition(":")[2])


def connect(app: App, host: str, origin: str | None) -> int:
    """Tries to open a session; `{port}` stands for the app's own port."""
    host = host.format(port=port(app))
    sender = {} if origin is None else {"Origin": origin.format(port=port(app))}
    return ask(app, "/_stcore/stream", Host=host, **sender, **WEBSOCKET)[0]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_a_page_of_the_app_gets_a_session_under_each_of_its_names(app, name):
    assert connect(app, f"{name}:{{port}}", f"http://{name}:{{port}}") == SWITCHING


def test_a_program_which_names_no_page_gets_a_session(app):
    assert connect(app, "127.0.0.1:{port}", None) == SWITCHING


@pytest.mark.parametrize(
    "host",
    ["evil.example:{port}", "192.0.2.7:{port}", "localhost.evil.example:{port}", "localhost@evil.example:{port}", ""],
)
def test_a_foreign_name_gets_no_session_even_from_a_page_of_the_same_name(app, host):
    assert connect(app, host, f"http://{host}") == REFUSED


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:1",
        "http://127.0.0.1",
        "http://localhost:{port}",
        "http://evil.example",
        "http://evil.example:{port}",
        "file://127.0.0.1:{port}",
        "null",
        "",
    ],
)
def test_a_foreign_page_gets_no_session_not_even_from_another_port_of_this_machine(app, origin):
    assert connect(app, "127.0.0.1:{port}", origin) == REFUSED


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/host-config", "/train", *BY_BROWSERS])
def test_a_foreign_name_or_page_reads_nothing(app, path):
    own = f"127.0.0.1:{port(app)}"
    assert ask(app, path, Host=own)[0] == 200
    assert ask(app, path, Host=f"evil.example:{port(app)}")[0] == REFUSED
    assert ask(app, path, Host=own, Origin="http://127.0.0.1:1")[0] == REFUSED


@pytest.mark.parametrize("name", ["127.0.0.1", "192.0.2.7", "[2001:db8::7]", socket.gethostname()])
def test_opened_to_a_room_it_is_joined_by_any_address_and_by_the_machines_name(open_app, name):
    assert connect(open_app, f"{name}:{{port}}", f"http://{name}:{{port}}") == SWITCHING


def test_opened_to_a_room_it_still_has_no_foreign_names_and_pages(open_app):
    assert connect(open_app, "evil.example:{port}", "http://evil.example:{port}") == REFUSED
    assert connect(open_app, "192.0.2.7:{port}", "http://192.0.2.7:1") == REFUSED


@pytest.mark.parametrize(
    ("option", "value"), [("address", "0.0.0.0"), ("address", "::"), ("allowedHosts", "digits.example.org")]
)
def test_without_a_passphrase_it_refuses_to_be_opened_to_others(home, option, value):
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={free_port()}"]
    done = subprocess.run(
        [*command, f"--server.{option}={value}"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert f"MNIST Studio does not start: --server.{option} {value} opens it to others" in done.stderr
    assert "PRESENTER_PASSPHRASE" in done.stderr
    assert "MNIST_STUDIO_OPEN=1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "starts"),
    [
        ("PRESENTER_PASSPHRASE", "a horse reads digits", True),
        ("PRESENTER_PASSPHRASE", " ", False),
        ("MNIST_STUDIO_OPEN", "1", True),
        ("MNIST_STUDIO_OPEN", "0", False),
    ],
)
def test_a_passphrase_or_a_setting_lets_it_be_opened(monkeypatch, variable, value, starts):
    monkeypatch.setattr(server, "opened_by", lambda: "--server.address 0.0.0.0")
    monkeypatch.setenv(variable, value)
    if starts:
        server.check_who_comes()
    else:
        with pytest.raises(SystemExit, match="does not start"):
            server.check_who_comes()


def test_a_public_hosts_secrets_hold_the_passphrase(home, tmp_path):
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text('PRESENTER_PASSPHRASE = "a horse reads digits"')
    environment = {"HOME": str(tmp_path), "STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}
    with running_app(environment=environment) as started:
        assert started.is_healthy()


@pytest.mark.parametrize(
    ("address", "names", "opened_by"),
    [
        ("127.0.0.1", [], None),
        ("localhost", ["localhost", " 127.0.0.1 "], None),
        ("::1", ["LOCALHOST", "*.example.org"], "--server.allowedHosts *.example.org"),
        ("127.0.0.1", ["*"], "--server.allowedHosts *"),
        ("192.0.2.7", ["localhost"], "--server.address 192.0.2.7"),
        (None, [], "--server.address (not set)"),
    ],
)
def test_only_this_machines_names_are_not_open(monkeypatch, address, names, opened_by):
    options = {"server.allowedHosts": names, "server.address": address}
    monkeypatch.setattr(server.config, "get_option", options.__getitem__)
    assert server.opened_by() == opened_by


@pytest.mark.parametrize(
    ("name", "is_own"),
    [
        ("digits.example.org", True),
        ("a.school.example", True),
        ("school.example", False),
        ("evil.example", False),
        ("192.0.2.7", False),
    ],
)
def test_allowed_hosts_are_the_only_names_where_somebody_set_them(monkeypatch, name, is_own):
    options = {"server.allowedHosts": ["Digits.example.org", "*.school.example"], "server.address": "0.0.0.0"}
    monkeypatch.setattr(server.config, "get_option", options.__getitem__)
    assert server.is_own_name(name) is is_own


@pytest.mark.parametrize("path", ["/", "/train", "/_stcore/health", "/_stcore/metrics", "/train/_stcore/health"])
def test_every_answer_tells_browsers_to_run_and_to_frame_nothing_foreign(app, path):
    _, headers = ask(app, path, Host=f"127.0.0.1:{port(app)}")
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))

    assert policy["default-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["connect-src"] == "'self' data: blob:"
    assert "unsafe" not in policy["script-src"]
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("base", "path", "below"),
    [
        ("", "/network/shipped", "/network/shipped"),
        ("/digits/", "/digits/network/shipped", "/network/shipped"),
        ("digits", "/digits/_stcore/metrics", "/_stcore/metrics"),
        ("digits", "/network/shipped", "/network/shipped"),
    ],
)
def test_addresses_lie_below_the_path_that_the_app_is_served_at(base, path, below, monkeypatch):
    monkeypatch.setattr(server.config, "get_option", {"server.baseUrlPath": base}.__getitem__)
    assert server._below_base(path) == below


def test_a_networks_page_has_a_policy_of_its_own_and_no_key_and_all_other_headers(tmp_path):
    environment = {"MNIST_STUDIO_HOME": str(tmp_path)}
    key = shelf.key(registry.shipped())
    path = tmp_path / shelf.FOLDER / f"{key}.html"
    path.parent.mkdir()
    path.write_text("the page", encoding="utf-8")
    with running_app(environment=environment) as started:
        own = f"127.0.0.1:{port(started)}"
        status, headers = ask(started, "/network/shipped", Host=own)
        assert status == 200
        assert headers["content-length"] == "8"
        assert headers["content-security-policy"].startswith(f"{page.policy()}; ")
        assert "set-cookie" not in headers
        said = {"x-frame-options", "x-content-type-options", "referrer-policy", "cross-origin-opener-policy"}
        assert said <= set(headers)
        assert ask(started, "/network/shipped", "HEAD", Host=own)[0] == 200
        again = {"If-None-Match": headers["etag"]}
        assert ask(started, "/network/shipped", Host=own, **again)[0] == 304
        assert ask(started, "/network/..%2Fmodels", Host=own)[0] == 404
        assert ask(started, "/network/shipped", "POST", Host=own, **{"Content-Length": "0"})[0] == 405
        assert ask(started, "/network/shipped", Host="evil.example")[0] == REFUSED
        _, headers = ask(started, "/train", Host=own)
        assert "'self'" in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["metrics", "agent/openapi.json", "agent/interact", "agent/mcp"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_streamlit_offers_to_machines_is_closed(app, path, method):
    sent = {"Host": f"127.0.0.1:{port(app)}", "Content-Type": "application/json", "Content-Length": "0"}
    assert ask(app, f"/_stcore/{path}", method, **sent)[0] == 404


def test_a_browser_gets_a_key_with_its_first_page_which_no_script_reads_and_keeps_it(app):
    own = f"127.0.0.1:{port(app)}"
    cookies = {ask(app, path, Host=own)[1]["set-cookie"] for path in ("/", "/drawings")}
    assert len(cookies) == 2  # each a key of its own
    for cookie in cookies:
        key, *flags = cookie.split("; ")
        assert len(key.removeprefix("mnist_studio_hand=")) == 43
        assert set(flags) == {"Path=/", f"Max-Age={400 * 24 * 3600}", "HttpOnly", "SameSite=Lax"}
    for path, cookie in (("/", "other=1; mnist_studio_hand=known"), ("/_stcore/health", "")):
        assert "mnist_studio_hand" not in ask(app, path, Host=own, Cookie=cookie)[1].get("set-cookie", "")
    assert server.hand_cookie(secure=True).endswith("; Secure")


def test_a_browser_whose_cookies_were_deleted_gets_a_key_with_a_page_that_it_still_has(app):
    own = f"127.0.0.1:{port(app)}"
    again = {"Host": own, "If-None-Match": ask(app, "/", Host=own)[1]["etag"]}
    status, headers = ask(app, "/", **again, Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert status == 304
    assert headers["set-cookie"].startswith("mnist_studio_hand=")
    assert "set-cookie" not in ask(app, "/", **again, Accept="*/*")[1]
