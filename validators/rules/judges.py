"""Rules about judges that ask a model: its name, its prompt and its price."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from validators.documents import Document
from validators.faults import Fault
from validators.roots import DataRoot
from validators.rules.names import named_config
from validators.words import advise, shown

_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"
_PINNED = re.compile(
    # gpt-4o-2024-11-20, claude-sonnet-4-20250514, command-r-08-2024.
    rf"[-@:_]20[0-9]{{2}}(-?){_MONTH}\1{_DAY}(?![0-9A-Za-z])|-{_MONTH}-20[0-9]{{2}}\Z"
    # gemini-2.5-pro-preview-05-06, gemini-1.5-pro-002.
    rf"|-(?:preview|exp)-{_MONTH}-?{_DAY}\Z|-0[0-9]{{2}}\Z"
    r"|@(?:sha256:)?[0-9a-f]{7,64}\Z"
)
# Four digits are a date only where the maker dates so: a size such as 1024 looks the same.
_SHORT = re.compile(
    # gpt-4-0613, gpt-4-1106-preview, deepseek-r1-0528; mistral-large-2411, qwen3-4b-instruct-2507.
    rf"(?:.*/)?(?:(?:gpt|deepseek|grok|kimi)-[^/]*-{_MONTH}{_DAY}(?:-preview)?"
    rf"|(?:[a-z]{{2,9}}stral|qwen)[^/]*-2[3-9]{_MONTH})\Z",
    re.IGNORECASE,
)
_AT_HOME = re.compile(r"localhost\Z|127\.|\[?::1\]?\Z|0\.0\.0\.0\Z")


def asked_model(judge: Any) -> dict[str, Any] | None:
    """The section of the model that a judge's plain data asks; None where it asks none."""
    llm = judge.get("llm") if isinstance(judge, dict) and judge.get("otherwise") == "llm" else None
    return llm if isinstance(llm, dict) and isinstance(llm.get("model"), str) else None


def newest_prices(root: DataRoot) -> dict[str, dict[str, Any]]:
    """The prices of the list with the latest date, by model; none where there is no list."""
    lists = [named_config(root, "prices", name) for name in root.config_ids("prices")]
    newest = max(lists, key=lambda prices: str(prices.get("date", "")), default={})
    return {price["model"]: price for price in newest.get("models", ())}


def is_paid(llm: dict[str, Any], root: DataRoot) -> bool:
    """Whether somebody is paid for the model's answers: not on this machine, nor at a price of 0."""
    price = newest_prices(root).get(llm["model"])
    host = _host(llm.get("base_url")) or ""
    free = price is not None and not any(price.get(key) for key in ("input_usd", "output_usd"))
    return not free and not _AT_HOME.match(host)


def _host(url: Any) -> str | None:
    """The host of an endpoint; None where it has none, or its port cannot be read."""
    try:
        parts = urlsplit(str(url))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return host if port != 0 else None


def endpoint_has_host(document: Document) -> Iterator[Fault]:
    """A judge's base_url has a host, and if any a port that there can be.

    Why: otherwise the client stops with the first question, after the attempts have been made.
    Mend: write it as http://localhost:8000/v1; an address of IPv6 stands in closed brackets.
    Example:
        base_url: "http://[::1:8000/v1"
    """
    llm = asked_model(document.data)
    url = llm.get("base_url") if llm is not None else None
    if isinstance(url, str) and not _host(url):
        message = f"{shown(url)} has no host and port to ask; write it as http://localhost:8000/v1"
        yield Fault(("llm", "base_url"), message)


def model_is_dated(document: Document) -> Iterator[Fault]:
    """A judge's model is pinned to a version: a date in its name, a numbered release, or a digest after @.

    Why: what stands behind an undated name changes without notice, and verdicts of two months would look
    comparable and not be.
    Mend: write the dated name of the vendor's list (gpt-4o-2024-11-20, claude-...-20250514, gemini-...-002);
    for a model of your own add @ and the commit or sha256 of its weights.
    Example:
        model: gpt-4o
    """
    llm = asked_model(document.data)
    if llm is not None and not (_PINNED.search(llm["model"]) or _SHORT.match(llm["model"])):
        message = f"model {shown(llm['model'])} names no version; write a dated name, or @ and a digest"
        yield Fault(("llm", "model"), message)


def prompt_is_there(document: Document) -> Iterator[Fault]:
    """A judge's prompt is a file of runner/prompts/.

    Why: without it the judge cannot ask.
    Mend: correct the name; a prompt of your own is a file runner/prompts/<name>.md of the data root.
    Example:
        prompt: jugde-v1
    """
    llm, root = asked_model(document.data), document.root if document.placed else None
    if llm is None or root is None or not isinstance(name := llm.get("prompt", "judge-v1"), str):
        return
    own = [entry.removesuffix(".md") for entry in root.names(root.path / "runner" / "prompts")]
    # Elsewhere the prompts are those of the program, which lie outside the data root.
    if "judge-v1" in own and name not in own:
        mend = advise(name, own, f"write runner/prompts/{name}.md")
        yield Fault(("llm", "prompt"), f"prompt {shown(name)} does not exist; {mend}")


def price_is_known(document: Document) -> Iterator[Fault]:
    """The price of a judge's model stands in the newest list of runner/configs/prices/.

    Why: without it nobody sees what judging costs, and no budget in dollars can be held. Models behind an
    endpoint on this machine are free.
    Mend: add the model and its price a million tokens to the newest list, or begin a new one.
    Example:
        model: gpt-4o-2024-11-20     # and no such line in runner/configs/prices/2026-11.yaml
    """
    llm, root = asked_model(document.data), document.root if document.placed else None
    if llm is None or root is None or not is_paid(llm, root):
        return
    known = newest_prices(root)
    if llm["model"] in known:
        return
    mend = advise(llm["model"], known, "add it to the newest list of runner/configs/prices")
    yield Fault(("llm", "model"), f"no price of {shown(llm['model'])} is known; {mend}")
