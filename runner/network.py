"""The one room that fetches files: HTTPS, or HTTP on loopback, with limits and patience."""

import ipaddress
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from threading import Thread
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from runner import __version__
from runner.errors import PaperbenchError

LIMIT_BYTES = 32 * 2**20
TIMEOUT_S = 30.0
TOTAL_S = 300.0
_PAUSES_S = (0.3, 1.0, 3.0)
_CHUNK = 2**16
_LARGE_CHUNK = 2**20
_BUSY = 429
_SERVER_FAULT = 500


class UnreachableError(PaperbenchError):
    """The network, or the server, gave no answer."""


class MissingError(PaperbenchError):
    """The server answered that it does not have the file, or will not give it."""


def fetch(
    url: str, *, limit: int = LIMIT_BYTES, pauses: Sequence[float] = _PAUSES_S, total: float = TOTAL_S
) -> bytes:
    """The whole file behind the URL; raises UnreachableError, MissingError and PaperbenchError.

    Tries again after each of the pauses, in seconds, when the connection or the server fails. All tries
    together end after the total of seconds, however slowly the server goes on giving.
    """
    _refuse_insecure(url)
    end = time.monotonic() + total
    for pause in (*pauses, None):
        try:
            return _before(end, url, limit)
        except _TooSlowError:
            raise UnreachableError(f"{url} is not here after {total:g} seconds") from None
        except (OSError, HTTPException) as error:
            why = _why(url, error)
        if pause is not None:
            time.sleep(pause)
    raise UnreachableError(f"{url} cannot be fetched ({why})")


class _TooSlowError(Exception):
    """The time for the file is over."""


def _before(end: float, url: str, limit: int) -> bytes:
    """One try, which is left to itself at the end: a name, a head or a body can come for ever."""
    answer: Future[bytes] = Future()

    def work() -> None:
        try:
            answer.set_result(_once(url, limit))
        except BaseException as error:  # noqa: BLE001  raised again by who waits for it
            answer.set_exception(error)

    Thread(target=work, daemon=True).start()
    try:
        return answer.result(max(0.0, end - time.monotonic()))
    except TimeoutError:
        if answer.done():
            raise
        raise _TooSlowError from None


def _once(url: str, limit: int) -> bytes:
    with closing(_opened(url)) as answer:
        return _read(answer, limit, url)


def _opened(url: str) -> Any:
    proxies = [ProxyHandler({})] if _is_loopback(url) else []
    request = Request(url, headers={"User-Agent": f"paperbench/{__version__}"})  # noqa: S310  see _refuse_insecure
    try:
        return build_opener(_Redirects(), *proxies).open(request, timeout=TIMEOUT_S)
    except HTTPError as error:
        error.close()
        raise


def _read(answer: Any, limit: int, url: str) -> bytes:
    told = answer.headers.get("Content-Length")
    parts, size = [], 0
    while part := answer.read(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise PaperbenchError(f"{url} is over {limit} bytes; fetch it by hand if that is right")
    if told is not None and told.isdigit() and int(told) != size:
        raise ConnectionError(f"{size} of {told} bytes came")
    return b"".join(parts)


class _Redirects(HTTPRedirectHandler):
    """Follows redirects to where a file may be fetched from."""

    def redirect_request(  # noqa: PLR0917  urllib calls it so
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        try:
            _refuse_insecure(newurl, loopback=_is_loopback(req.full_url))
        except PaperbenchError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _refuse_insecure(url: str, *, loopback: bool = True) -> None:
    scheme = urlsplit(url).scheme
    if scheme != "https" and not (scheme == "http" and loopback and _is_loopback(url)):
        raise PaperbenchError(f"{url} is not fetched: only https:// is (and http:// on this machine)")


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _why(url: str, error: OSError | HTTPException) -> str:
    """What failed, where trying again may help; raises MissingError where it will not."""
    if isinstance(error, HTTPError):
        if error.code < _SERVER_FAULT and error.code != _BUSY:
            raise MissingError(f"{url} answers {error.code} {error.reason}") from None
        return f"{error.code} {error.reason}"
    if isinstance(error, URLError):
        return str(getattr(error.reason, "strerror", None) or error.reason)
    return str(error) or type(error).__name__


def fetch_file(url: str, path: Path, told: Callable[[int], None] = lambda _: None) -> None:
    """Write the file behind the URL, of any size, to a path; told hears the bytes that are here.

    Raises UnreachableError, MissingError and PaperbenchError. Gives up when nothing comes for a while, not at
    a total: images are large. What came stays on failure, for the caller to remove.
    """
    _refuse_insecure(url)
    for pause in (*_PAUSES_S, None):
        try:
            _write(url, path, told)
        except (URLError, ConnectionError, TimeoutError, HTTPException) as error:
            why = _why(url, error)
        else:
            return
        if pause is not None:
            time.sleep(pause)
    raise UnreachableError(f"{url} cannot be fetched ({why})")


def _write(url: str, path: Path, told: Callable[[int], None]) -> None:
    with closing(_opened(url)) as answer, path.open("wb") as stream:
        length, size = answer.headers.get("Content-Length"), 0
        while part := answer.read(_LARGE_CHUNK):
            stream.write(part)
            size += len(part)
            told(size)
    if length is not None and length.isdigit() and int(length) != size:
        raise ConnectionError(f"{size} of {length} bytes came")
