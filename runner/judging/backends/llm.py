"""A model decides: one leaf a call, asked again when the answer is bad, failed when it stays bad."""

import time
from dataclasses import dataclass, field
from math import ceil
from typing import Any, ClassVar
from uuid import uuid4

from runner.clock import instant
from runner.errors import PaperbenchError
from runner.judging.evidence import RESULT_ANALYSIS
from runner.judging.llm.answer import Answer, parse_answer
from runner.judging.llm.budget import SAFE_TOKENS_PER_CHARACTER, Purse, spent_by
from runner.judging.llm.cache import AnswerCache, cache_key
from runner.judging.llm.messages import SCHEMA, Message, Prefix, build_prefix, leaf_message, request_digest
from runner.judging.llm.pace import Pace, StoppedError
from runner.judging.llm.paper_texts import read_paper_texts
from runner.judging.llm.prices import Usage, cost_usd, price_of
from runner.judging.llm.reply import CallFailedError, Reply
from runner.judging.prompts import prompt_file, read_prompt
from runner.judging.types import Judgement, Question, Setup
from validators.models.judge import LlmJudge
from validators.models.records import Call

FIRST_WAIT_SECONDS = 1.0
BUDGET, REFUSED = "budget", "refused_by_endpoint"


def request_parameters(config: LlmJudge, repeat: int) -> dict[str, Any]:
    """What a request says besides its messages; repeats differ by seed where there is one."""
    parameters: dict[str, Any] = {
        "model": config.model,
        "max_completion_tokens": config.max_output_tokens,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "judgement", "strict": True, "schema": SCHEMA},
        },
    }
    if config.temperature is not None:
        parameters["temperature"] = config.temperature
    if config.reasoning_effort is not None:
        parameters["reasoning_effort"] = config.reasoning_effort
    if config.seed is not None:
        parameters["seed"] = config.seed + repeat
    return parameters


@dataclass
class _Asking:
    """One question on its way: its request, and the calls made for it so far."""

    question: Question
    prefix: Prefix
    leaf: Message
    parameters: dict[str, Any]
    digest: str
    calls: list[Call] = field(default_factory=list)
    last: str | None = None

    @property
    def characters(self) -> int:
        return self.prefix.characters + len(self.leaf["content"])


class Llm:
    """Shows the whole submission, as far as the model's context holds it."""

    name: ClassVar[str] = "llm"

    def __init__(self, setup: Setup) -> None:
        # The openai client takes most of a second to import, and only this judge needs it.
        from runner.judging.llm.client import ChatClient  # noqa: PLC0415

        config = setup.config.llm
        assert config is not None
        self._config, self._judge, self._root = config, setup.judge.digest, setup.data_root
        self._prompt = read_prompt(prompt_file(config.prompt, setup.data_root))
        self._price = price_of(config.model, setup.data_root)
        budget = setup.plan.config.budget if setup.plan.config else None
        if budget and budget.cost_usd is not None and self._price is None:
            raise PaperbenchError(
                f"the budget is in dollars but no price of {config.model} is known; "
                "add it to a list in runner/configs/prices, or limit calls or tokens"
            )
        self._purse = Purse(budget, self._price, spent_by(setup.spent))
        self._cache = AnswerCache(setup.cache)
        self._pace = Pace(FIRST_WAIT_SECONDS)
        self._client = ChatClient(config)
        self._hopeless: PaperbenchError | None = None

    @property
    def workers(self) -> int:
        """As many calls at a time as configured."""
        return self._config.concurrency

    def judge(self, question: Question) -> Judgement:
        """The cached answer, else the model's; withheld when the budget or the user ends judging."""
        asking = self._prepare(question)
        kept = self._cache.get(cache_key(asking.digest, self._client.where))
        answer = parse_answer(kept)
        if answer is not None:
            return self._judged(asking, answer, kept, cached=True)
        try:
            return self._ask(asking)
        except StoppedError:
            return Judgement("llm", None, "stopped", calls=tuple(asking.calls), withheld=True)
        except PaperbenchError as error:
            calls = tuple(asking.calls)
            return Judgement("llm", None, REFUSED, calls=calls, withheld=True, fatal=error)

    def close(self) -> None:
        """End waiting and calls under way."""
        self._pace.stop()
        self._client.close()

    def _prepare(self, question: Question) -> _Asking:
        case, leaf = question.case, question.leaf
        prefix = case.once(("llm", leaf.category), lambda: self._prefix(question))
        message = leaf_message(self._prompt, leaf)
        parameters = request_parameters(self._config, question.repeat)
        digest = request_digest(prefix, message, parameters, question.repeat)
        return _Asking(question, prefix, message, parameters, digest)

    def _prefix(self, question: Question) -> Prefix:
        texts = read_paper_texts(self._root, question.case.paper)
        window = self._config.context_tokens - self._config.max_output_tokens
        return build_prefix(self._prompt, question.case, question.leaf.category, texts, window)

    def _ask(self, asking: _Asking) -> Judgement:
        reason = "parse"
        for attempt in range(1, self._config.max_tries + 1):
            self._pace.wait()
            if self._hopeless is not None:
                raise self._hopeless
            try:
                reply = self._call(asking, attempt)
            except CallFailedError as error:
                reason = error.reason
                if not error.again:
                    break
                if attempt < self._config.max_tries:
                    self._pace.back_off(attempt, error.retry_after)
                continue
            if reply is None:
                return Judgement("llm", None, BUDGET, calls=tuple(asking.calls), withheld=True)
            asking.last = reply.content or reply.refusal
            answer = parse_answer(reply.content)
            if answer is not None:
                key = cache_key(asking.digest, self._client.where)
                self._cache.put(key, reply.content or "", self._config.model)
                return self._judged(asking, answer, reply.content, cached=False)
            reason = _why_bad(reply)
            if reason == "content_filter":
                break
        text = {"explanation": f"no answer that can be read: {reason}", "response": asking.last}
        return Judgement("llm", None, reason, text, calls=tuple(asking.calls))

    def _call(self, asking: _Asking, attempt: int) -> Reply | None:
        """One call, into the ledger; None when the budget forbids it."""
        aside = self._purse.set_aside(asking.characters, self._config.max_output_tokens)
        if aside is None:
            return None
        started, status = time.monotonic(), "ok"
        usage: Usage | None = Usage()
        try:
            reply = self._client.ask([*asking.prefix.messages, asking.leaf], asking.parameters)
            if reply.usage is None:
                usage, status = _estimate(asking, reply), "ok_estimated"
            else:
                usage = reply.usage
        except CallFailedError as error:
            status = error.reason
            usage = None if status in _MAYBE_BILLED else Usage()
            raise
        except PaperbenchError as error:
            self._hopeless, status = error, REFUSED
            raise
        else:
            return reply
        finally:
            self._purse.settle(aside, asking.characters, usage)
            line = self._ledger_line(asking, usage or Usage(), status, time.monotonic() - started, attempt)
            if usage is None:
                told = {"aside_tokens": aside.tokens, "aside_usd": aside.cost_usd if self._price else None}
                line = line.model_copy(update=told)
            asking.calls.append(line)

    def _ledger_line(self, asking: _Asking, usage: Usage, status: str, seconds: float, attempt: int) -> Call:
        return Call.model_validate(
            {
                "schema": "ledger/v1",
                "id": uuid4().hex,
                "trial": asking.question.case.trial,
                "judge": self._judge,
                "at": instant(),
                "kind": "grade",
                "model": self._config.model,
                "leaves": (asking.question.leaf.path,),
                "request": asking.digest,
                "tokens_in": usage.tokens_in,
                "tokens_cached": usage.tokens_cached,
                "tokens_out": usage.tokens_out,
                "cost_usd": cost_usd(self._price, usage),
                "latency_seconds": round(seconds, 3),
                "tries": attempt,
                "status": status,
            }
        )

    def _judged(self, asking: _Asking, answer: Answer, content: str | None, *, cached: bool) -> Judgement:
        leaf, shown = asking.question.leaf, asking.prefix.shown
        text = {
            "expectations": answer.expectations,
            "explanation": answer.reality,
            "response": content,
            "cached": cached,
            "request": asking.digest,
            "shown": len(shown.files),
            "left_out": [list(pair) for pair in shown.left_out[:_LISTED]],
        }
        results = leaf.category == RESULT_ANALYSIS
        origin = asking.question.case.section(leaf.category).origin if results else None
        return Judgement("llm", float(answer.score), None, text, (shown.digest,), origin, tuple(asking.calls))


_LISTED = 50
_MAYBE_BILLED = frozenset({"timeout", "connection", "parse"})  # an answer may have been made, and lost


def _why_bad(reply: Reply) -> str:
    if reply.finish_reason == "content_filter":
        return "content_filter"
    return "refused" if reply.refusal else "parse"


def _estimate(asking: _Asking, reply: Reply) -> Usage:
    """What an endpoint that reports no usage has probably counted."""
    counts = (asking.characters, len(reply.content or ""))
    tokens_in, tokens_out = (ceil(count * SAFE_TOKENS_PER_CHARACTER) for count in counts)
    return Usage(tokens_in, 0, tokens_out)
