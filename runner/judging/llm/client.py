"""The one file that calls a model, through the openai client."""

import json
import os
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

import openai

from runner.errors import PaperbenchError
from runner.judging.llm.messages import Message
from runner.judging.llm.prices import Usage
from runner.judging.llm.reply import CallFailedError, Reply
from validators.models.judge import LlmJudge

DUMMY_KEY = "none-needed"
RATE_LIMIT_PAUSE_SECONDS = 5.0  # where the endpoint does not say
_FATAL = {401: "the key is refused", 403: "access is refused", 404: "there is no such model or address"}
_REFUSALS = {"content_filter": "content_filter", "content_policy_violation": "content_filter",
             "invalid_prompt": "refused"}  # fmt: skip
_ABSURD_TOKENS = 10**12
_SERVER_FAULT, _RATE_LIMIT, _TIMEOUTS = 500, 429, (408, 504)


class ChatClient:
    """One client for all threads; it tries once, whoever calls it tries again."""

    def __init__(self, config: LlmJudge) -> None:
        base_url = config.base_url or os.environ.get("OPENAI_BASE_URL") or None
        key = os.environ.get(config.api_key_env)
        if not key and base_url is None:
            raise PaperbenchError(
                f"the judge needs a key in the variable {config.api_key_env}, which is not set; "
                "set it, or give the judge the base_url of an endpoint of your own"
            )
        self._model = config.model
        self._client = openai.OpenAI(
            api_key=key or DUMMY_KEY, base_url=base_url, timeout=config.timeout_seconds, max_retries=0
        )
        self.where = str(self._client.base_url)

    def ask(self, messages: list[Message], parameters: dict[str, Any]) -> Reply:
        """Make one call; raises CallFailedError, and PaperbenchError for what every call would meet."""
        try:
            response = self._client.chat.completions.with_raw_response.create(messages=messages, **parameters)  # type: ignore[arg-type]
            return _reply(response.text)
        except openai.APITimeoutError as error:
            raise CallFailedError("timeout", str(error), again=True) from None
        except openai.APIStatusError as error:
            raise self._status(error) from None
        except openai.APIConnectionError as error:
            raise CallFailedError("connection", str(error.__cause__ or error), again=True) from None
        except openai.OpenAIError as error:
            raise CallFailedError("parse", str(error), again=True) from None

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def _status(self, error: openai.APIStatusError) -> Exception:
        status, text = error.status_code, f"{error.message} {error.body}"
        if status == _RATE_LIMIT:
            paid_out = error.code == "insufficient_quota"
            asked = _retry_after(error.response.headers.get("retry-after"))
            wait = RATE_LIMIT_PAUSE_SECONDS if asked is None else asked
            return CallFailedError("rate_limit", error.message, again=not paid_out, retry_after=wait)
        if status in _TIMEOUTS:
            return CallFailedError("timeout", error.message, again=True)
        if status >= _SERVER_FAULT or status == 409:  # noqa: PLR2004  a lock that the endpoint could not get
            asked = _retry_after(error.response.headers.get("retry-after"))
            return CallFailedError("server_error", error.message, again=True, retry_after=asked)
        if status in _FATAL:
            why = f"{self.where} answers {status} to model {self._model}: {_FATAL[status]}"
            return PaperbenchError(f"{why}; mend the judge's config or its key, then judge again")
        if error.code == "context_length_exceeded" or _speaks_of_context(text):
            return CallFailedError("context_length", error.message, again=False)
        return CallFailedError(_REFUSALS.get(error.code or "", "bad_request"), error.message, again=False)


def _speaks_of_context(text: str) -> bool:
    lowered = text.lower()
    return any(
        words in lowered for words in ("context length", "maximum context", "context size", "context window")
    )


def _retry_after(value: str | None) -> float | None:
    """Seconds to wait, from either form of the header."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time())
    except ValueError:
        return None


def _reply(text: str) -> Reply:
    try:
        data = json.loads(text)
        choice = data["choices"][0]
        message = choice["message"]
        content, refusal = message.get("content"), message.get("refusal")
        finish, usage = choice.get("finish_reason"), data.get("usage")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise CallFailedError("parse", "the endpoint's answer is no chat completion", again=True) from None
    return Reply(
        content if isinstance(content, str) else None,
        finish if isinstance(finish, str) else None,
        refusal if isinstance(refusal, str) else None,
        _usage(usage) if isinstance(usage, dict) else None,
    )


def _usage(data: dict[str, Any]) -> Usage | None:
    """The tokens reported; None when they are no counts, as good as none reported."""
    tokens_in, tokens_out = _count(data.get("prompt_tokens")), _count(data.get("completion_tokens"))
    if tokens_in is None or tokens_out is None:
        return None
    details = data.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else None
    return Usage(tokens_in, min(cached or 0, tokens_in), tokens_out)


def _count(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _ABSURD_TOKENS
    return int(value) if is_count else None  # type: ignore[call-overload]
