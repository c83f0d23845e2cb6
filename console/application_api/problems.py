"""Refusals of the API as problem documents (RFC 9457): a stable type for programs, a sentence for people."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from console.texts import say
from core.errors import ProjectError, TemporaryError
from procedures.applications import StaleApplicationError
from procedures.lifecycle import NotAllowedError
from procedures.outside.feed import CursorError
from procedures.outside.taking import KeyReusedError, NoSuchVersionError

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:madoguchi:problem:"
HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
FORESEEN: Mapping[type[ProjectError], tuple[str, int]] = {
    CursorError: ("bad_cursor", 400),
    KeyReusedError: ("key_reused", 409),
    NoSuchVersionError: ("no_such_version", 422),
    NotAllowedError: ("not_allowed", 409),
    StaleApplicationError: ("stale", 409),
    TemporaryError: ("busy", 503),
}
BY_STATUS = {400: "bad_request", 404: "missing", 405: "method", 413: "large", 415: "bad_request"}

log = structlog.get_logger()


class InvalidPart(BaseModel):
    """What is wrong where in a request."""

    place: str
    message: str


class ProblemDocument(BaseModel):
    """Why a request was refused."""

    type: str
    """`urn:madoguchi:problem:` and a word that stays the same."""
    title: str
    status: int
    detail: str
    """In Japanese: what to do."""
    errors: list[InvalidPart] = []


class ProblemError(ProjectError):
    """A request is refused; `key` names the problem."""

    def __init__(self, key: str, status: int, *, headers: Mapping[str, str] | None = None, **gaps: object) -> None:
        super().__init__(f"the request is refused: {key}")
        self.key, self.status, self.headers, self.gaps = key, status, headers, gaps


def explain_problems(app: FastAPI) -> None:
    """Every refusal and failure of this application is told as a problem document."""
    app.add_exception_handler(ProblemError, _refused)
    for kind in FORESEEN:
        app.add_exception_handler(kind, _foreseen)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)


def described(schema: dict[str, Any]) -> dict[str, Any]:  # Any: OpenAPI's own form.
    """Refusals under their own media type, which the framework can't say of a model."""
    for way in schema["paths"].values():
        for operation in way.values():
            for status, answer in operation["responses"].items():
                if status.startswith("4") and "application/json" in answer.get("content", {}):
                    answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
    return schema


def document(
    key: str,
    status: int,
    errors: Sequence[InvalidPart] = (),
    headers: Mapping[str, str] | None = None,
    gaps: Mapping[str, object] | None = None,
) -> Response:
    told = ProblemDocument(
        type=TYPE + key,
        title=say(f"problem_document.{key}.title"),
        status=status,
        detail=say(f"problem_document.{key}.detail", **(gaps or {})),
        errors=list(errors),
    )
    leaves_out = None if errors else {"errors"}
    return JSONResponse(told.model_dump(exclude=leaves_out), status, headers={**HEADERS, **(headers or {})}, media_type=MEDIA_TYPE)


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return document(error.key, error.status, headers=error.headers, gaps=error.gaps)


def _foreseen(_request: Request, error: Exception) -> Response:
    key, status = next(told for kind, told in FORESEEN.items() if isinstance(error, kind))
    return document(key, status)


def _invalid(_request: Request, error: Exception) -> Response:
    """What was sent is not repeated: it may speak of a resident."""
    assert isinstance(error, RequestValidationError)
    parts = [InvalidPart(place=".".join(str(part) for part in one["loc"]), message=one["msg"]) for one in error.errors()]
    return document("invalid", 422, parts)


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return document(BY_STATUS.get(error.status_code, "bad_request"), error.status_code, headers=error.headers)


def _broken(request: Request, error: Exception) -> Response:
    log.error("api_failed", path=request.url.path, error=type(error).__name__)
    return document("broken", 500)
