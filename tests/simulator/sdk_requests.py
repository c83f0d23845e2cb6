"""Requests as a bot makes them with the SDK, and short ways to say what came of them."""

from typing import Any

from linebot.v3.messaging import MessagingApi, PushMessageRequest, ReplyMessageRequest, ReplyMessageResponse, TextMessage

from bot.simulator.platform import Platform
from tests.patience import PATIENCE

TEXT = [TextMessage(text="こんにちは")]
DAY = 24 * 60 * 60


def push(to: str, **more: Any) -> PushMessageRequest:
    return PushMessageRequest(to=to, messages=TEXT, **more)


def reply(api: MessagingApi, token: str) -> ReplyMessageResponse:
    return api.reply_message(ReplyMessageRequest(replyToken=token, messages=TEXT), _request_timeout=PATIENCE)


def told(error: Any) -> tuple[int, str]:
    """The status and body of a caught ApiException."""
    return error.value.status, error.value.body


def rules(platform: Platform) -> list[str]:
    """The numbers of the rules that were broken."""
    return [str(violation.rule).split(":")[0] for violation in platform.violations]
