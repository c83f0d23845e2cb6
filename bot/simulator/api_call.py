"""What an endpoint of the Messaging API is, what it is called with, and how it answers or refuses."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.simulator.account import Account
from bot.simulator.rate_limits import PER_SECOND, Rate
from bot.simulator.records import Json, Rule

if TYPE_CHECKING:
    from bot.simulator.platform import Platform


class Takes(StrEnum):
    NOTHING = "nothing"
    JSON = "json"
    FORM = "form"
    IMAGE = "image"
    FILE = "file"


class Host(StrEnum):
    API = "api"
    DATA = "api-data"


@dataclass(frozen=True, kw_only=True)
class ErrorDetail:
    message: str
    property: str
    rule: Rule = Rule.MESSAGES

    def as_json(self) -> Json:
        return {"message": self.message, "property": self.property}


class Refusal(Exception):
    """A request that is answered with an error; `rule` None means that the bot is not to blame."""

    def __init__(
        self,
        status: int,
        message: str,
        rule: Rule | None,
        *,
        details: Sequence[ErrorDetail] = (),
        headers: Mapping[str, str] | None = None,
        body: Json | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.rule = rule
        self.details = tuple(details)
        self.headers = dict(headers or {})
        self.body = body

    def as_json(self) -> Json:
        if self.body is not None:
            return self.body
        shown: Json = {"message": self.message}
        if self.details:
            shown["details"] = [detail.as_json() for detail in self.details]
        return shown


def not_found(rule: Rule | None) -> Refusal:
    return Refusal(404, "Not found", rule)


def invalid_property(name: str, rule: Rule) -> Refusal:
    message = f"The property, '{name}', in the request body is invalid (line: -, column: -)"
    return Refusal(400, message, rule, details=(ErrorDetail(message="invalid", property=name, rule=rule),))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """JSON, or bytes of a media type."""

    status: int = 200
    json: Any = field(default_factory=dict)  # whatever the endpoint documents
    data: bytes | None = None
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        return json.dumps(self.json, ensure_ascii=False).encode() if self.data is None else self.data


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request that passed the gate: it is authorised, within its rate, and of the right form."""

    platform: "Platform"
    account: Account
    path: str
    values: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    request_id: str
    now: int
    # An injected fault will keep the bot from learning how this request ended.
    is_answer_lost: bool

    def json(self) -> Json:
        parsed = parse_json(self.body)
        if not isinstance(parsed, dict):
            raise Refusal(400, "The request body could not be parsed as JSON (line: 1, column: 1)", Rule.REQUEST_FORM)
        return parsed

    def number(self, name: str, default: int) -> int:
        text = self.query.get(name, str(default))
        if not text.isdecimal():
            raise Refusal(400, f"The value for the '{name}' parameter is invalid", Rule.REQUEST_FORM)
        return int(text)


def parse_json(body: bytes) -> Any:  # any JSON at all
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = f"(line: {error.lineno}, column: {error.colno})"
    except ValueError:
        where = "(line: 1, column: 1)"
    raise Refusal(400, f"The request body could not be parsed as JSON {where}", Rule.REQUEST_FORM)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    method: str
    path: str
    handle: Callable[[Call], Answer]
    takes: Takes = Takes.NOTHING
    rate: Rate = PER_SECOND
    host: Host = Host.API
    is_public: bool = False
    # Waits for somebody else, so it must not run where everybody waits for it.
    is_slow: bool = False
