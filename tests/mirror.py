"""A mirror on this machine: a real HTTP server that offers files, and misbehaves in all the ways that mirrors do."""

import gzip
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WEB_PAGE = b"<!DOCTYPE html><html><body>Please log in to use this network.</body></html>"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Mirror"

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        with self.server.lock:
            self.server.asked.append(name)
            answers = self.server.answers
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        answer(self, self.server.files[name])

    def begin(self, length: int | None, *, status: int = 200) -> None:
        """Sends the head of an answer, and has the connection closed after it."""
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


Answer = Callable[[Handler, bytes], None]


class Mirror(ThreadingHTTPServer):
    """Answers the first request by the first of its answers, and so on; the last one is repeated."""

    daemon_threads = False

    def __init__(self, files: Mapping[str, bytes], *answers: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = files
        self.answers = list(answers)
        self.asked: list[str] = []
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/mnist/"

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client may hang up on a server that misbehaves
            super().handle_error(request, client_address)


@contextmanager
def running(files: Mapping[str, bytes], *answers: Answer) -> Iterator[Mirror]:
    """Runs a mirror that gives these answers in turn; without any, it serves its files."""
    with Mirror(files, *(answers or (serve,))) as mirror:
        thread = threading.Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield mirror
        finally:
            mirror.closing.set()
            mirror.shutdown()
            thread.join()


def unused_url() -> str:
    """Gives an address at which nobody answers."""
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        return f"http://127.0.0.1:{server.server_address[1]}/mnist/"


def serve(handler: Handler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def serve_without_length(handler: Handler, content: bytes) -> None:
    handler.begin(None)
    handler.wfile.write(content)


def serve_in_chunks(handler: Handler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for at in range(0, len(content), 1000):
        piece = content[at : at + 1000]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def break_chunks(handler: Handler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"10\r\n" + content[:16] + b"\r\nnot a size\r\n")
    handler.close_connection = True


def drip(handler: Handler, content: bytes) -> None:
    """Sends a byte every 20 ms, fast enough for any time-out between two bytes, and gives up after 200 of them."""
    handler.begin(len(content))
    for byte in content[:200]:
        handler.wfile.write(bytes([byte]))
        if handler.server.closing.wait(0.02):
            return


def fall_silent(handler: Handler, content: bytes) -> None:
    """Sends a half, and then nothing, without hanging up."""
    handler.begin(len(content))
    handler.wfile.write(content[: len(content) // 2])
    handler.server.closing.wait()


def never_answer(handler: Handler, content: bytes) -> None:
    handler.server.closing.wait()
    handler.close_connection = True


def hang_up(handler: Handler, content: bytes) -> None:
    handler.close_connection = True


def cut_off(handler: Handler, content: bytes) -> None:
    """Announces all of it, sends a half, and hangs up."""
    handler.begin(len(content))
    handler.wfile.write(content[: len(content) // 2])


def cut_off_without_length(handler: Handler, content: bytes) -> None:
    handler.begin(None)
    handler.wfile.write(content[: len(content) // 2])


def announce_too_much(handler: Handler, content: bytes) -> None:
    handler.begin(len(content) + 100)
    handler.wfile.write(content)


def announce_two_lengths(handler: Handler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "5, 6")
    handler.send_header("Connection", "close")
    handler.end_headers()


def announce_too_little(handler: Handler, content: bytes) -> None:
    handler.begin(len(content) - 100)
    handler.wfile.write(content)


def serve_web_page(handler: Handler, content: bytes) -> None:
    handler.begin(len(WEB_PAGE))
    handler.wfile.write(WEB_PAGE)


def compress_if_allowed(handler: Handler, content: bytes) -> None:
    """Compresses whatever it sends, even what is compressed, for those who say that they take it."""
    if "gzip" not in handler.headers.get("Accept-Encoding", ""):
        serve(handler, content)
        return
    packed = gzip.compress(content)
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(packed)))
    handler.end_headers()
    handler.wfile.write(packed)


def redirect(handler: Handler, content: bytes) -> None:
    handler.send_response(302)
    handler.send_header("Location", "/login")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def serve_instead(other: bytes) -> Answer:
    def answer(handler: Handler, content: bytes) -> None:
        serve(handler, other)

    return answer


def send_forever(handler: Handler, content: bytes) -> None:
    handler.begin(None)
    while not handler.server.closing.is_set():
        handler.wfile.write(bytes(2**16))


def fail(status: int) -> Answer:
    def answer(handler: Handler, content: bytes) -> None:
        handler.begin(0, status=status)

    return answer


def serve_together(count: int) -> Answer:
    """Serves only when so many requests are there at the same moment."""
    barrier = threading.Barrier(count)

    def answer(handler: Handler, content: bytes) -> None:
        barrier.wait(timeout=30)
        serve(handler, content)

    return answer
