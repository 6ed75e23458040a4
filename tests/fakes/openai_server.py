"""A scripted, OpenAI-compatible chat completions server on loopback, as a fixture or a program."""

import argparse
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PATH_LINE = "leaf-path: "
TOKENS_PER_CHARACTER = 0.25


@dataclass(frozen=True)
class Reply:
    """What the server does with one request; drop closes the connection without an answer."""

    status: int = 200
    content: str | None = None
    finish_reason: str = "stop"
    refusal: str | None = None
    error_code: str | None = None
    error_message: str = "scripted"
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    delay: float = 0.0
    drop: bool = False
    usage: bool = True


@dataclass(frozen=True)
class Request:
    """One request as the server saw it; number counts from 1, tries counts the requests of its leaf."""

    number: int
    path: str
    tries: int
    body: dict[str, Any]
    headers: dict[str, str]


Script = Callable[[Request], Reply]


def answer(score: float, reality: str = "as scripted") -> Reply:
    """A well-formed answer."""
    return Reply(content=json.dumps({"expectations": "scripted", "reality": reality, "score": score}))


def leaf_path(body: dict[str, Any]) -> str:
    """The leaf that the last message asks about; empty when it names none."""
    for line in str(body["messages"][-1]["content"]).splitlines():
        if line.startswith(PATH_LINE):
            return str(json.loads(line.removeprefix(PATH_LINE)))
    return ""


class FakeOpenAI:
    """The server's state: its script, and every request it saw."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[Request] = []
        self.most_at_once = 0
        self._at_once = 0
        self._tries: dict[str, int] = {}
        self._seen: set[int] = set()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))

    @property
    def url(self) -> str:
        """The base_url to give to the client."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def serve(self) -> None:
        """Serve until interrupted."""
        self._server.serve_forever()

    def answer(self, body: dict[str, Any], headers: dict[str, str]) -> tuple[Reply, int]:
        """Run the script; the reply and how many characters of the request a cache would have held."""
        with self._lock:
            path = leaf_path(body)
            self._tries[path] = self._tries.get(path, 0) + 1
            request = Request(len(self.requests) + 1, path, self._tries[path], body, headers)
            self.requests.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            cached = self._remember(body["messages"])
        try:
            reply = self.script(request)
            time.sleep(reply.delay)
        finally:
            with self._lock:
                self._at_once -= 1
        return reply, cached

    def _remember(self, messages: list[dict[str, str]]) -> int:
        held, known, digest = 0, True, 0
        for message in messages:
            digest = hash((digest, message["role"], message["content"]))
            known = known and digest in self._seen
            held += len(message["content"]) if known else 0
            self._seen.add(digest)
        return held


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


def _handler(state: FakeOpenAI) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not self.path.endswith("/chat/completions"):
                self._send(404, b'{"error": {"message": "no such path"}}', {})
                return
            reply, cached = state.answer(body, {name.lower(): value for name, value in self.headers.items()})
            if reply.drop:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._send(reply.status, _payload(reply, body, cached), reply.headers)

        def _send(self, status: int, payload: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            fields = {"Content-Type": "application/json", "Content-Length": str(len(payload)), **headers}
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


def _payload(reply: Reply, body: dict[str, Any], cached: int) -> bytes:
    if reply.raw is not None:
        return reply.raw
    if reply.status != 200:
        error = {"message": reply.error_message, "type": "scripted", "code": reply.error_code}
        return json.dumps({"error": error}).encode()
    characters = sum(len(message["content"]) for message in body["messages"])
    tokens_in, tokens_out = _tokens(characters), _tokens(len(reply.content or ""))
    usage = {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
        "prompt_tokens_details": {"cached_tokens": _tokens(cached)},
    }
    message = {"role": "assistant", "content": reply.content, "refusal": reply.refusal}
    completion = {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish_reason, "logprobs": None}],
    }
    return json.dumps(completion | ({"usage": usage} if reply.usage else {})).encode()


def _tokens(characters: int) -> int:
    return int(characters * TOKENS_PER_CHARACTER)


@contextmanager
def fake_openai(script: Script) -> Iterator[FakeOpenAI]:
    """A running server."""
    server = FakeOpenAI(script)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def scores_by_path(file: Path) -> dict[str, float | None]:
    """The scores of a file of answer/v1 lines by leaf path."""
    lines = map(json.loads, file.read_text().splitlines())
    return {line["path"]: line["score"] for line in lines}


def main(argv: list[str] | None = None) -> int:
    """Serve on a free port of loopback and print the URL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="only 0, a free one, is supported", choices=[0])
    parser.add_argument("--answers", type=Path, help="answer/v1 lines; a leaf without one gets --default")
    parser.add_argument("--default", type=float, default=0.0)
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--log", type=Path, help="append one JSON line per request: number, path, tries")
    arguments = parser.parse_args(argv)
    scores = scores_by_path(arguments.answers) if arguments.answers else {}

    def script(request: Request) -> Reply:
        if arguments.log:
            line = json.dumps({"number": request.number, "path": request.path, "tries": request.tries})
            with arguments.log.open("ab", buffering=0) as stream:
                os.write(stream.fileno(), line.encode() + b"\n")
        score = scores.get(request.path)
        reply = answer(arguments.default if score is None else score)
        return Reply(content=reply.content, delay=arguments.latency)

    server = FakeOpenAI(script)
    print(server.url, flush=True)
    with suppress(KeyboardInterrupt):
        server.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
