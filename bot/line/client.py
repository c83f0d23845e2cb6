"""Calls to LINE through line-bot-sdk, and what their answers mean."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson
import structlog
import urllib3
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    Configuration,
    MessagingApi,
    MessagingApiBlob,
    ShowLoadingAnimationRequest,
)

from core.errors import TemporaryError

TIMEOUT = (3.0, 10.0)
"""Seconds to connect and to read; the SDK's own default is five minutes."""
INVALID_TOKEN = "Invalid reply token"  # noqa: S105  # LINE's words, no secret.
CONTENT_TIMEOUT = (3.0, 60.0)
CONTENT_URL = "https://api-data.line.me"
MONTHLY_LIMIT = "monthly limit"
NO_HEADERS: Mapping[str, str] = {}

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """LINE took the call; ids of the messages as LINE knows them."""

    message_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TokenInvalid:
    """The reply token was used or is too old."""


@dataclass(frozen=True, kw_only=True)
class RateLimited:
    """Too many calls at this moment; later they pass."""


@dataclass(frozen=True, kw_only=True)
class QuotaExhausted:
    """No counted message goes out before the month ends or the plan is raised."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """LINE will never take this call as it is; `reason` holds its words about properties, none of the resident's."""

    status: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Uncertain:
    """Nobody knows whether LINE acted: time-out, lost connection, or an error on LINE's side."""

    reason: str


Result = Accepted | TokenInvalid | RateLimited | QuotaExhausted | Refused | Uncertain


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """The bytes of something that a resident sent."""

    data: bytes


@dataclass(frozen=True, kw_only=True)
class Later:
    """LINE still prepares it, or could not be reached."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Gone:
    """Taken back, or no longer kept by LINE."""


@dataclass(frozen=True, kw_only=True)
class TooLarge:
    """More than was asked for."""


Content = Fetched | Later | Gone | TooLarge


class LineClient:
    """One municipality's channel. Safe to share between threads."""

    def __init__(self, access_token: str, api_url: str | None = None) -> None:
        configuration = Configuration(access_token=access_token, host=api_url)
        configuration.retries = urllib3.Retry(total=0)
        self._api_client = ApiClient(configuration)
        self.api = MessagingApi(self._api_client)
        self.blob = MessagingApiBlob(self._api_client)
        self._access_token = access_token
        self._url = api_url or self.api.line_base_path
        self._headers = {
            **self._api_client.default_headers,
            "Authorization": f"Bearer {access_token}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        self._content_url = api_url or CONTENT_URL
        self._contents = urllib3.PoolManager(timeout=urllib3.Timeout(connect=CONTENT_TIMEOUT[0], read=CONTENT_TIMEOUT[1]))

    def reply(self, reply_token: str, messages: Sequence[Mapping[str, Any]]) -> Result:  # Any: JSON.
        return self._send("/v2/bot/message/reply", {"replyToken": reply_token, "messages": messages})

    def push(self, to: str, messages: Sequence[Mapping[str, Any]], retry_key: str) -> Result:  # Any: JSON.
        return self._send("/v2/bot/message/push", {"to": to, "messages": messages}, {"X-Line-Retry-Key": retry_key})

    def _send(self, path: str, document: Mapping[str, Any], headers: Mapping[str, str] = NO_HEADERS) -> Result:  # Any: JSON.
        """By the SDK's transport. Messages are JSON when they get here; its models would take as long as the call to say the same again."""
        try:
            response = self._api_client.rest_client.post_request(
                f"{self._url}{path}", headers={**self._headers, **headers}, body=document, _request_timeout=TIMEOUT
            )
        except ApiException as error:
            return _refusal(error)
        except urllib3.exceptions.HTTPError as error:
            return Uncertain(reason=type(error).__name__)
        return Accepted(message_ids=_sent_ids(response.data))

    def show_loading(self, line_user_id: str, seconds: int) -> None:
        """A courtesy: whatever goes wrong is only logged."""
        request = ShowLoadingAnimationRequest(chat_id=line_user_id, loading_seconds=seconds)
        try:
            self.api.show_loading_animation(request, _request_timeout=TIMEOUT)
        except (ApiException, urllib3.exceptions.HTTPError) as error:
            log.info("loading_not_shown", error=type(error).__name__)

    def content(self, message_id: str, largest: int) -> "Content":
        """The bytes of what a resident sent; at most `largest` of them are read."""
        # The SDK reads a whole film into memory before it can be asked how long it is.
        address = f"{self._content_url}/v2/bot/message/{quote(message_id, safe='')}/content"
        try:
            response = self._contents.request(
                "GET", address, headers={"Authorization": f"Bearer {self._access_token}"}, preload_content=False, retries=False
            )
        except urllib3.exceptions.HTTPError as error:
            return Later(reason=type(error).__name__)
        try:
            if response.status != HTTPStatus.OK:
                return _content_refusal(int(response.status))
            data = response.read(largest + 1)
        except urllib3.exceptions.HTTPError as error:
            return Later(reason=type(error).__name__)
        finally:
            response.close()
        return TooLarge() if len(data) > largest else Fetched(data=data)

    def quota(self) -> tuple[int | None, int]:
        """Limit of this month (None = unlimited) and messages used. Raises TemporaryError."""
        try:
            quota = self.api.get_message_quota(_request_timeout=TIMEOUT)
            used = self.api.get_message_quota_consumption(_request_timeout=TIMEOUT)
        except (ApiException, urllib3.exceptions.HTTPError) as error:
            raise TemporaryError(f"LINE did not tell the quota ({type(error).__name__})") from error
        return quota.value if quota.type == "limited" else None, used.total_usage

    def close(self) -> None:
        self._api_client.close()
        self._contents.clear()


def _content_refusal(status: int) -> Content:
    """202: still preparing. 404: never there, or LINE has let go of it. 410: taken back."""
    return Gone() if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) else Later(reason=f"HTTP {status}")


def _refusal(error: ApiException) -> Result:
    status = int(error.status or 0)
    message, details = _words(error.body)
    if status == 409:
        return Accepted(message_ids=_sent_ids(error.body))
    if status == 429:
        return QuotaExhausted() if MONTHLY_LIMIT in message else RateLimited()
    if status == 400 and INVALID_TOKEN in message:
        return TokenInvalid()
    if status >= 500 or status == 0:
        return Uncertain(reason=f"HTTP {status}")
    return Refused(status=status, reason=f"{message} {details}".strip()[:400])


def _words(body: object) -> tuple[str, str]:
    try:
        document = json.loads(body) if isinstance(body, str | bytes) else {}
    except ValueError:
        return "", ""
    if not isinstance(document, dict):
        return "", ""
    details = document.get("details") or []
    named = "; ".join(f"{d.get('property')}: {d.get('message')}" for d in details if isinstance(d, dict))
    return str(document.get("message", "")), named


def _sent_ids(body: object) -> tuple[str, ...]:
    try:
        document = orjson.loads(body) if isinstance(body, str | bytes) else {}
        return tuple(str(sent["id"]) for sent in document.get("sentMessages", ()))
    except (ValueError, KeyError, AttributeError, TypeError):
        return ()
