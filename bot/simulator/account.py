"""One LINE Official Account as it lives on the platform: its channel's settings, chats, tokens and ledgers."""

from collections.abc import Sequence

from bot.simulator.access_tokens import AccessTokens
from bot.simulator.audiences import Audiences
from bot.simulator.changes import Changes
from bot.simulator.chats import Chat
from bot.simulator.contents import Contents
from bot.simulator.link_tokens import LinkTokens
from bot.simulator.narrowcasts import Narrowcasts
from bot.simulator.quota import QuotaLedger
from bot.simulator.rate_limits import RateLimits
from bot.simulator.records import Channel, ChatKind, Friendship
from bot.simulator.reply_tokens import ReplyTokens
from bot.simulator.retry_keys import RetryKeys
from bot.simulator.rich_menus import RichMenus


class Account:
    """Mutable; whoever uses it holds the platform's lock."""

    def __init__(self, channel: Channel, changes: Changes) -> None:
        self.channel = channel
        self.webhook_url = channel.webhook_url
        self.is_redelivery_on = channel.is_redelivery_on
        self.failing_since: int | None = None
        self.is_suspended = False
        self.chats: dict[str, Chat] = {}
        self.reply_tokens = ReplyTokens()
        self.retry_keys = RetryKeys()
        self.quota = QuotaLedger(channel.monthly_limit)
        self.rate_limits = RateLimits()
        self.contents = Contents()
        self.rich_menus = RichMenus()
        self.access_tokens = AccessTokens(channel.access_token)
        self.link_tokens = LinkTokens()
        self.audiences = Audiences()
        self.narrowcasts = Narrowcasts()
        self.aggregation_units: dict[str, set[str]] = {}
        self.sent_to_person: dict[str, list[int]] = {}
        # PEM public keys by key id, as registered for tokens v2.1.
        self.assertion_keys: dict[str, bytes] = {}
        self._changes = changes

    @property
    def bot_user_id(self) -> str:
        return self.channel.bot_user_id

    def chat_with(self, person_id: str, name: str = "") -> Chat:
        return self.chats.get(person_id) or self.open_chat(person_id, ChatKind.USER, name=name, members=(person_id,))

    def open_chat(self, chat_id: str, kind: ChatKind, *, name: str, members: Sequence[str]) -> Chat:
        key = f"{self.channel.municipality}/{chat_id}"
        chat = Chat(chat_id=chat_id, kind=kind, key=key, name=name, members=members, changes=self._changes)
        self.chats[chat_id] = chat
        return chat

    def friends(self) -> list[Chat]:
        return [chat for chat in self.chats.values() if chat.kind is ChatKind.USER and chat.friendship is Friendship.FRIEND]
