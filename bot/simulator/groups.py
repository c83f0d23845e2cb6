"""A group or a multi-person chat that an account may be in."""

from typing import TYPE_CHECKING

from bot.simulator.account import Account
from bot.simulator.chats import Chat
from bot.simulator.records import Item
from bot.simulator.texts import say

if TYPE_CHECKING:
    from bot.simulator.phone import Phone
    from bot.simulator.platform import Platform


class Group:
    """What one member does is done with that member's phone: `group.phone(person_id).say(...)`."""

    def __init__(self, platform: "Platform", account: Account, chat: Chat) -> None:
        self.platform = platform
        self.account = account
        self.chat = chat

    @property
    def id(self) -> str:
        return self.chat.id

    def phone(self, person_id: str) -> "Phone":
        return self.platform.phone(self.account.channel.municipality, person_id, self.chat.id)

    def join_bot(self) -> None:
        with self.platform.lock:
            self.chat.is_bot_member = True
            self._note(say("group.joined", name=self.account.channel.name))
            self.platform.happen(self.account, self.chat, "join")

    def remove_bot(self) -> None:
        with self.platform.lock:
            self.chat.is_bot_member = False
            self._note(say("group.left", name=self.account.channel.name))
            self.platform.happen(self.account, self.chat, "leave", gives_token=False)

    def join(self, person_id: str) -> None:
        with self.platform.lock:
            self.chat.members.append(person_id)
            self._note(say("group.joined", name=self.platform.people[person_id].name))
            if self.chat.is_bot_member:
                self.platform.happen(self.account, self.chat, "memberJoined", {"joined": _members(person_id)})

    def leave(self, person_id: str) -> None:
        with self.platform.lock:
            self.chat.members.remove(person_id)
            self._note(say("group.left", name=self.platform.people[person_id].name))
            if self.chat.is_bot_member:
                self.platform.happen(self.account, self.chat, "memberLeft", {"left": _members(person_id)}, gives_token=False)

    def say(self, person_id: str, text: str, *, mention_bot: bool = False, quote: str | None = None) -> str:
        return self.phone(person_id).say(text, mention_bot=mention_bot, quote=quote)

    def timeline(self, after: int = 0) -> list[Item]:
        return self.chat.since(after)

    def _note(self, text: str) -> None:
        self.chat.note(text, message_id=self.platform.identifiers.message_id(), at=self.platform.now_ms())


def _members(person_id: str) -> dict[str, list[dict[str, str]]]:
    return {"members": [{"type": "user", "userId": person_id}]}
