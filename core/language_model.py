"""The language model, where one is configured: one question, one structured answer, within a time that holds for all of it."""

import asyncio
import logging
import os
import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from core.errors import ProjectError
from core.settings import Settings

SECONDS = 5.0
MOST_COMPLETION_TOKENS = 900
PROVIDER = "openai"
NO_KEY = "none"
"""The client wants one; servers of one's own need none."""
OWN_ADDRESS = "https://api.openai.com/v1"
GRACE = 1.0
LOADING_SECONDS = 60.0
NEVER_TRACED = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")
TALKATIVE = ("openai", "httpx", "httpx2", "httpcore", "httpcore2", "langchain", "langchain_core", "langchain_openai", "langsmith")

Shape = TypeVar("Shape", bound=BaseModel)


class FailureKind(StrEnum):
    """Why there is no answer."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    """No connection, or it broke off."""
    UNAUTHORISED = "unauthorised"
    UNKNOWN_MODEL = "unknown_model"
    RATE_LIMITED = "rate_limited"
    SERVER = "server"
    """Any other status of failure."""
    INVALID = "invalid"
    """Something came that does not have the asked form."""
    REFUSED = "refused"
    """The model, or its server's filter, declined."""


class ModelFailure(ProjectError):
    """The language model gave no usable answer; holds the kind and the tokens that were spent, none of what was asked or said."""

    def __init__(self, kind: FailureKind, *, prompt_tokens: int = 0, completion_tokens: int = 0) -> None:
        super().__init__(f"the language model gave no usable answer: {kind.value}")
        self.kind = kind
        self.prompt_tokens = prompt_tokens
        self.completion_tokens = completion_tokens


@dataclass(frozen=True, kw_only=True)
class ModelReply(Generic[Shape]):
    """What came, in the asked form, and what it cost. Tokens are estimated where the server does not count them."""

    value: Shape
    prompt_tokens: int
    completion_tokens: int


class Model(Protocol):
    """Something that answers in a given form."""

    def warm(self) -> None:
        """Loads what asking needs."""

    def ask(self, system: str, user: str, shape: type[Shape], *, seconds: float = SECONDS) -> ModelReply[Shape]:
        """Raises ModelFailure, at the latest after `seconds`, however the server behaves."""


class LanguageModel:
    """A server that speaks OpenAI's chat-completions protocol, through LangChain, which is imported with the first question."""

    def __init__(self, name: str, *, url: str | None = None, key: str | None = None) -> None:
        self._name = name.removeprefix(f"{PROVIDER}:")
        self._url = url or OWN_ADDRESS
        self._key = key or NO_KEY
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Any = None  # Any: naming LangChain's type would need its import.

    def warm(self) -> None:
        """Imports and builds the client, some seconds; asks nobody anything."""
        with self._lock:
            if self._client is not None:
                return
            _forbid_tracing()
            from langchain.chat_models import init_chat_model

            # The loop exists for cancelling: a server that sends one byte a second would outlive every time-out of the client.
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, name="language-model", daemon=True).start()
            self._client = init_chat_model(
                self._name,
                model_provider=PROVIDER,
                base_url=self._url,
                api_key=self._key,
                max_retries=0,
                timeout=SECONDS,
                max_tokens=MOST_COMPLETION_TOKENS,
            )
            # Only now: the client sets its own level from OPENAI_LOG. What it tells below warnings is not ours to vouch for.
            for logger in TALKATIVE:
                logging.getLogger(logger).setLevel(logging.WARNING)

    def ask(self, system: str, user: str, shape: type[Shape], *, seconds: float = SECONDS) -> ModelReply[Shape]:
        """`seconds` hold for connecting, sending and the whole answer, not for the import before the first question."""
        self.warm()
        assert self._loop is not None
        schema = shape.model_json_schema()
        structured = self._client.with_structured_output(schema, method="json_schema", include_raw=True, strict=True)
        estimate = len(system) + len(user)

        async def wait() -> Any:  # Any: LangChain does not type what a chain gives.
            async with asyncio.timeout(seconds):
                return await structured.ainvoke([("system", system), ("human", user)])

        running = asyncio.run_coroutine_threadsafe(wait(), self._loop)
        try:
            came = running.result(seconds + GRACE)
        except TimeoutError:
            running.cancel()
            raise ModelFailure(FailureKind.TIMEOUT, prompt_tokens=estimate) from None
        except Exception as error:  # noqa: BLE001  # Each layer below raises its own; the kind says what is known of it.
            raise _failure(error, estimate) from None
        return _reply(came, shape, estimate)


def language_model(settings: Settings) -> LanguageModel | None:
    """The configured one; None where LANGUAGE_MODEL is not set."""
    if settings.language_model is None:
        return None
    key = settings.language_model_key.get_secret_value() if settings.language_model_key else None
    return LanguageModel(settings.language_model, url=settings.language_model_url, key=key)


def _reply(came: Any, shape: type[Shape], estimate: int) -> ModelReply[Shape]:  # Any: see `wait`.
    raw, usage = came["raw"], came["raw"].usage_metadata
    prompt_tokens = usage["input_tokens"] if usage else estimate
    completion_tokens = usage["output_tokens"] if usage else len(str(raw.content))
    kind = FailureKind.REFUSED if raw.additional_kwargs.get("refusal") else FailureKind.INVALID
    if came["parsed"] is not None and kind is not FailureKind.REFUSED:
        try:
            value = shape.model_validate(came["parsed"])
        except ValidationError:
            pass
        else:
            return ModelReply(value=value, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens)
    raise ModelFailure(kind, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens)


def _failure(error: Exception, estimate: int) -> ModelFailure:
    status = getattr(error, "status_code", None)
    names = {cause.__name__ for cause in type(error).__mro__}
    if status is not None:
        kinds = {
            401: FailureKind.UNAUTHORISED,
            403: FailureKind.UNAUTHORISED,
            404: FailureKind.UNKNOWN_MODEL,
            429: FailureKind.RATE_LIMITED,
        }
        return ModelFailure(kinds.get(status, FailureKind.SERVER))
    if "APITimeoutError" in names:
        return ModelFailure(FailureKind.TIMEOUT, prompt_tokens=estimate)
    if "APIConnectionError" in names:
        # The server may have worked on it before the connection broke.
        return ModelFailure(FailureKind.UNREACHABLE, prompt_tokens=estimate)
    kind = FailureKind.REFUSED if "ContentFilterFinishReasonError" in names else FailureKind.INVALID
    usage = getattr(getattr(error, "completion", None), "usage", None)
    return ModelFailure(
        kind,
        prompt_tokens=getattr(usage, "prompt_tokens", estimate),
        completion_tokens=getattr(usage, "completion_tokens", 0),
    )


def _forbid_tracing() -> None:
    """LangChain would send every question to a service of its makers if somebody's environment asked for it."""
    for name in NEVER_TRACED:
        os.environ[name] = "false"
