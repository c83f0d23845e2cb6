"""Putting a resident's message into a chat and telling the bot of it."""

from typing import TYPE_CHECKING

from bot.simulator.account import Account
from bot.simulator.chats import Chat
from bot.simulator.contents import Content
from bot.simulator.records import ChatKind, Friendship, Json, Origin, Person

if TYPE_CHECKING:
    from bot.simulator.platform import Platform

QUOTABLE = frozenset({"text", "sticker", "image", "video"})
ABLE_TO_QUOTE = frozenset({"text", "sticker"})


class PhoneError(Exception):
    """LINE's app would not let a person do that."""


def speak(
    platform: "Platform",
    account: Account,
    chat: Chat,
    person: Person,
    message: Json,
    *,
    quote: str | None = None,
    content: bytes | None = None,
    media_type: str = "",
) -> tuple[str, Json | None]:
    """Shows the message in the chat and returns its id with the event for the bot; None where the bot does not hear it."""
    with platform.lock:
        refuse_unless_able(chat, person)
        message_id = platform.identifiers.message_id()
        carried: Json = {**message, "id": message_id}
        if carried["type"] in QUOTABLE:
            carried["quoteToken"] = platform.identifiers.token("q3Plxr4AgKd")
            chat.quote_tokens[carried["quoteToken"]] = message_id
        if quote is not None:
            if carried["type"] not in ABLE_TO_QUOTE or chat.find(quote) is None:
                raise PhoneError(f"{quote} cannot be quoted here")
            carried["quotedMessageId"] = quote
        if account.channel.is_chat_on:
            carried["markAsReadToken"] = platform.identifiers.token("30yhdy232")
            # The token reads up to and including this very message, which is the next to be added.
            chat.read_tokens[carried["markAsReadToken"]] = chat.cursor + 1
        now = platform.now_ms()
        if content is not None:
            stored = Content(data=content, media_type=media_type, message_type=carried["type"], received_at=now)
            stored.name = carried.get("fileName")
            stored.times_pending = platform.faults.plan.content_pending
            account.contents.keep(message_id, stored)
        chat.add(message_id=message_id, origin=Origin.RESIDENT, at=now, person=person.id, message=carried)
        chat.last_said_at = now
        if not hears(chat):
            return message_id, None
        return message_id, platform.compose_event(account, chat, "message", {"message": carried}, person_id=person.id)


def refuse_unless_able(chat: Chat, person: Person) -> None:
    if person.id not in chat.members:
        raise PhoneError(f"{person.name} is not in this chat")
    if chat.kind is ChatKind.USER and chat.friendship is Friendship.BLOCKED:
        raise PhoneError(f"{person.name} has blocked the account and must unblock it first")


def hears(chat: Chat) -> bool:
    return chat.kind is ChatKind.USER or chat.is_bot_member
