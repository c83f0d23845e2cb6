"""Asking the language model within its time, its budget and its rests, and counting what it cost; the asker checks what comes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel

from core.circuit import Circuit
from core.database import Database
from core.language_model import SECONDS, FailureKind, Model, ModelFailure
from core.metrics import LANGUAGE_MODEL_CALLS, LANGUAGE_MODEL_RESTING, LANGUAGE_MODEL_SECONDS, LANGUAGE_MODEL_TOKENS
from retrieval import queries
from retrieval.model_usage import count_usage, month_of

LEAST_SHARE = 0.1
"""Of the time for one answer; with less left the model is not asked again."""

Shape = TypeVar("Shape", bound=BaseModel)
Made = TypeVar("Made")


class ModelState(StrEnum):
    """What became of asking the language model, for one answer."""

    USED = "used"
    NONE = "none"
    """It found nothing in the passages that answers."""
    TIMEOUT = "timeout"
    INVALID = "invalid"
    """What came does not have the asked form."""
    UNSUPPORTED = "unsupported"
    """It said something that the passages do not, or in a way that must not leave."""
    REFUSED = "refused"
    ERROR = "error"
    OFF = "off"
    """It was not asked: it rests after failures, or the month's tokens are used up."""


OUTCOMES = {
    FailureKind.TIMEOUT: ModelState.TIMEOUT,
    FailureKind.INVALID: ModelState.INVALID,
    FailureKind.REFUSED: ModelState.REFUSED,
}
"""The other kinds are errors."""
FAILING = frozenset({ModelState.TIMEOUT, ModelState.INVALID, ModelState.ERROR})
"""What speaks against the server; the others speak against one answer."""


@dataclass(frozen=True, kw_only=True)
class Unfit:
    """Why what came can't be used."""

    state: ModelState
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ModelUse:
    """What asking led to, and what it took: tokens both ways, seconds of waiting. No words."""

    state: ModelState
    reason: str = ""
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    def after(self, earlier: "ModelUse | None") -> "ModelUse":
        """This one, with what an earlier question for the same answer took."""
        if earlier is None:
            return self
        return ModelUse(
            state=self.state,
            reason=self.reason,
            calls=earlier.calls + self.calls,
            prompt_tokens=earlier.prompt_tokens + self.prompt_tokens,
            completion_tokens=earlier.completion_tokens + self.completion_tokens,
            seconds=earlier.seconds + self.seconds,
        )


class Consultant:
    """One per process. `monthly_tokens` holds for each municipality; None means no limit. `seconds` hold for one answer."""

    def __init__(
        self,
        model: Model,
        database: Database,
        *,
        monthly_tokens: int | None = None,
        seconds: float = SECONDS,
        circuit: Circuit | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._database = database
        self._monthly_tokens = monthly_tokens
        self._seconds = seconds
        self._circuit = circuit or Circuit()
        self._clock = clock

    def warm(self) -> None:
        """Loads what asking needs, some seconds."""
        self._model.warm()

    def may_go_on(self, earlier: ModelUse | None) -> bool:
        """Whether another question for the same answer is worth trying."""
        if earlier is None:
            return True
        return earlier.state not in {*FAILING, ModelState.OFF} and self._seconds - earlier.seconds >= LEAST_SHARE * self._seconds

    def consult(
        self,
        municipality_id: str,
        moment: datetime,
        prompt: tuple[str, str],
        shape: type[Shape],
        check: Callable[[Shape], Made | Unfit],
        *,
        earlier: ModelUse | None = None,
    ) -> tuple[Made | None, ModelUse]:
        """What `check` made of the answer to `prompt` (rules, data), or None and why. No transaction is open while the model is awaited."""
        month = month_of(moment)
        hindrance = self._hindrance(municipality_id, month)
        if hindrance:
            return self._settled(municipality_id, ModelUse(state=ModelState.OFF, reason=hindrance), earlier, None)
        started = self._clock()
        seconds = self._seconds - (earlier.seconds if earlier else 0.0)
        value: Shape | None = None
        try:
            reply = self._model.ask(*prompt, shape, seconds=seconds)
        except ModelFailure as failure:
            state, reason = OUTCOMES.get(failure.kind, ModelState.ERROR), failure.kind.value
            prompt_tokens, completion_tokens = failure.prompt_tokens, failure.completion_tokens
        else:
            state, reason, value = ModelState.USED, "", reply.value
            prompt_tokens, completion_tokens = reply.prompt_tokens, reply.completion_tokens
        waited = self._clock() - started
        self._note(municipality_id, month, state, prompt_tokens, completion_tokens, waited)
        made = None if value is None else check(value)
        if isinstance(made, Unfit):
            state, reason, made = made.state, made.reason, None
        use = ModelUse(
            state=state, reason=reason, calls=1, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens, seconds=waited
        )
        return self._settled(municipality_id, use, earlier, made)

    def _hindrance(self, municipality_id: str, month: str) -> str:
        if self._monthly_tokens is not None:
            with self._database.reading() as session:
                if queries.model_tokens(session, municipality_id, month) >= self._monthly_tokens:
                    return "budget"
        return "" if self._circuit.may_ask() else "resting"

    def _note(
        self, municipality_id: str, month: str, state: ModelState, prompt_tokens: int, completion_tokens: int, seconds: float
    ) -> None:
        (self._circuit.failed if state in FAILING else self._circuit.succeeded)()
        LANGUAGE_MODEL_SECONDS.observe(seconds)
        LANGUAGE_MODEL_TOKENS.labels(municipality=municipality_id, kind="prompt").inc(prompt_tokens)
        LANGUAGE_MODEL_TOKENS.labels(municipality=municipality_id, kind="completion").inc(completion_tokens)
        with self._database.transaction() as session:
            count_usage(session, municipality_id, month, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens)

    def _settled(self, municipality_id: str, use: ModelUse, earlier: ModelUse | None, made: Made | None) -> tuple[Made | None, ModelUse]:
        LANGUAGE_MODEL_CALLS.labels(municipality=municipality_id, outcome=use.state.value).inc()
        LANGUAGE_MODEL_RESTING.set(self._circuit.is_open)
        return made, use.after(earlier)
