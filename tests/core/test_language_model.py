"""One question, one structured answer: whatever a server does, there is a value or a failure with a kind, in time."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from pydantic import BaseModel, ConfigDict

from core.language_model import FailureKind, LanguageModel, ModelFailure, language_model
from core.settings import Settings
from tests.openai_server import (
    Behaviour,
    OpenAIServer,
    breaks_off,
    drips,
    fails,
    openai_server,
    refuses,
    resets,
    says,
    sends,
    waits,
)

SHORT = 0.4
IN_TIME = 20.0
FAR_TOO_LONG = 6 * IN_TIME
"""Seconds: generous for a busy machine, and what the slow servers take."""


class Colour(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    depth: int


RIGHT = says({"name": "青", "depth": 3}, usage=(11, 7))


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with openai_server() as found:
        yield found


@pytest.fixture(scope="module")
def model(server: OpenAIServer) -> LanguageModel:
    found = LanguageModel("any-model", url=server.url, key="a key of the tests")
    found.warm()
    return found


def test_an_answer_in_the_asked_form_comes_with_its_tokens(server: OpenAIServer, model: LanguageModel) -> None:
    server.will(RIGHT)
    reply = model.ask("the rules", "the data", Colour)
    assert (reply.value, reply.prompt_tokens, reply.completion_tokens) == (Colour(name="青", depth=3), 11, 7)
    asked = server.asked[-1]
    assert [(message["role"], message["content"]) for message in asked["messages"]] == [("system", "the rules"), ("user", "the data")]
    assert (asked["model"], asked["authorization"]) == ("any-model", "Bearer a key of the tests")
    assert asked["response_format"]["json_schema"]["schema"]["required"] == ["name", "depth"]


def test_tokens_are_estimated_where_the_server_does_not_count(server: OpenAIServer, model: LanguageModel) -> None:
    server.will(says({"name": "青", "depth": 3}, usage=None))
    reply = model.ask("rules", "data", Colour)
    assert reply.prompt_tokens == len("rulesdata")
    assert reply.completion_tokens > 5


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (waits(FAR_TOO_LONG, RIGHT), FailureKind.TIMEOUT),
        (drips(FAR_TOO_LONG), FailureKind.TIMEOUT),
        (says("青です"), FailureKind.INVALID),
        (says(""), FailureKind.INVALID),
        (says({"name": "青"}), FailureKind.INVALID),
        (says({"name": "青", "depth": "3"}), FailureKind.INVALID),
        (says({"name": "青", "depth": 3, "more": 1}), FailureKind.INVALID),
        (says('{"name": "青", "dep', finish="length"), FailureKind.INVALID),
        (says('{"name": "青", "dep'), FailureKind.INVALID),
        (sends(200, b"{}"), FailureKind.INVALID),
        (sends(200, b'{"choices": []}'), FailureKind.INVALID),
        (sends(200, b""), FailureKind.INVALID),
        (sends(200, b"<html>"), FailureKind.INVALID),
        (refuses(), FailureKind.REFUSED),
        (says("", finish="content_filter"), FailureKind.REFUSED),
        (fails(401), FailureKind.UNAUTHORISED),
        (fails(403), FailureKind.UNAUTHORISED),
        (fails(404), FailureKind.UNKNOWN_MODEL),
        (fails(429), FailureKind.RATE_LIMITED),
        (fails(400), FailureKind.SERVER),
        (fails(500), FailureKind.SERVER),
        (breaks_off(), FailureKind.UNREACHABLE),
        (resets(), FailureKind.UNREACHABLE),
    ],
)
def test_misbehaviour_is_a_failure_with_a_kind_and_in_time(
    server: OpenAIServer, model: LanguageModel, behaviour: Behaviour, kind: FailureKind
) -> None:
    server.will(behaviour)
    asked, started = len(server.asked), time.monotonic()
    with pytest.raises(ModelFailure) as failed:
        model.ask("rules", "data", Colour, seconds=SHORT if kind is FailureKind.TIMEOUT else 2 * IN_TIME)
    assert failed.value.kind is kind
    assert time.monotonic() - started < IN_TIME
    assert len(server.asked) == asked + 1, "a question is never sent again"
    assert "青" not in str(failed.value)
    server.will(RIGHT)
    assert model.ask("rules", "data", Colour).value.depth == 3, "the next question is answered"


def test_tokens_of_an_unusable_answer_are_told(server: OpenAIServer, model: LanguageModel) -> None:
    for behaviour in (says("青です", usage=(11, 7)), says('{"name', usage=(11, 7), finish="length")):
        server.will(behaviour)
        with pytest.raises(ModelFailure) as failed:
            model.ask("rules", "data", Colour)
        assert (failed.value.prompt_tokens, failed.value.completion_tokens) == (11, 7)


def test_nobody_listening_is_a_failure() -> None:
    with pytest.raises(ModelFailure) as failed:
        LanguageModel("any", url="http://127.0.0.1:9/v1").ask("rules", "data", Colour)
    assert failed.value.kind is FailureKind.UNREACHABLE


def test_nothing_is_configured_unless_a_model_is_named() -> None:
    assert language_model(Settings(language_model_url="http://127.0.0.1:1/v1", language_model=None)) is None
    assert language_model(Settings(language_model="openai:small")) is not None


def test_nothing_of_it_is_imported_before_it_is_used() -> None:
    code = (
        "import sys; import retrieval.model_steps, bot.assembly, console.doctor; from core.language_model import LanguageModel;"
        "LanguageModel('m'); print([n for n in ('langchain.chat_models', 'langchain_openai', 'openai') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_questions_are_neither_traced_nor_logged_even_if_the_environment_says_so(server: OpenAIServer) -> None:
    """LangChain sends runs to a tracing service when LANGSMITH_TRACING is set, and the client logs when OPENAI_LOG is."""
    code = (
        "import logging; logging.basicConfig(level=logging.DEBUG)\n"
        "import sys; from pydantic import BaseModel; from core.language_model import LanguageModel\n"
        "class Colour(BaseModel):\n    name: str\n    depth: int\n"
        f"print(LanguageModel('m', url='{server.url}').ask('rules', 'words of a resident', Colour).value.name)\n"
        "from langchain_core.tracers.langchain import wait_for_all_tracers; wait_for_all_tracers()"
    )
    server.will(RIGHT)
    tracing = dict.fromkeys(("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2"), "true")
    environment = (
        os.environ
        | tracing
        | {"LANGSMITH_ENDPOINT": server.url, "LANGSMITH_API_KEY": "x", "OPENAI_LOG": "debug", "PYTHONIOENCODING": "utf-8"}
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "青"
    assert server.other_paths == []
    assert server.asked[-1]["messages"][-1]["content"] == "words of a resident"
    assert "words of a resident" not in done.stderr
    assert "HTTP Request" not in done.stderr, "the client's own lines are not shown at all"
