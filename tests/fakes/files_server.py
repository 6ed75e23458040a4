"""A server of files on loopback that can be slow, broken, moved or cut short, as a fixture."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Literal

_DRIP_S = 0.02


@dataclass(frozen=True)
class Answer:
    """What the server does with one request.

    `cut` ends the body early, `hold` waits before its last half, `drip` gives the head or the body byte
    by byte.
    """

    body: bytes = b""
    status: int = 200
    location: str | None = None
    cut: bool = False
    hold: threading.Event | None = None
    drip: Literal["head", "body"] | None = None


@dataclass
class FileServer:
    """The server's script, and the paths it was asked for."""

    script: Callable[[str], Answer]
    asked: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(script: Callable[[str], Answer]) -> Iterator[FileServer]:
    """The server, while it runs; the script maps a path such as /papers/rice/paper.md to an answer."""
    state = FileServer(script)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(state: FileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            answer = state.script(self.path)
            if answer.drip == "head":
                _drip(self.wfile, b"HTTP/1.0 200 OK\r\n" + b"X-Slow: yes\r\n" * 20)
                return
            self.send_response(answer.status)
            if answer.location is not None:
                self.send_header("Location", answer.location)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            half = len(answer.body) // 2
            if answer.drip == "body":
                _drip(self.wfile, answer.body)
                return
            with suppress(ConnectionError):
                self.wfile.write(answer.body[:half])
                self.wfile.flush()
                if answer.hold is not None:
                    answer.hold.wait(30)
                if not answer.cut:
                    self.wfile.write(answer.body[half:])

        def log_message(self, *_: object) -> None:  # a test's output is not a server's log
            pass

    return Handler


def _drip(stream: BufferedIOBase, data: bytes) -> None:
    with suppress(ConnectionError):
        for number in range(len(data)):
            stream.write(data[number : number + 1])
            stream.flush()
            time.sleep(_DRIP_S)
