"""One chat with an account: its timeline, who may read it, loading animation, read marks and quote tokens."""

import dataclasses
from collections.abc import Sequence

from bot.simulator.changes import Changes
from bot.simulator.records import ChatKind, Friendship, Item, Json, Origin, Via

QUOTABLE_FROM_BOT = frozenset({"text", "textV2", "sticker", "image", "video", "template", "flex", "imagemap"})


class Chat:
    """Mutable; its methods take the platform's lock."""

    def __init__(self, *, chat_id: str, kind: ChatKind, key: str, name: str, members: Sequence[str], changes: Changes) -> None:
        self.id = chat_id
        self.kind = kind
        self.key = key
        self.name = name
        self.members = list(members)
        self.friendship = Friendship.NEVER
        self.is_bot_member = False
        self.is_standby = False
        self.last_said_at: int | None = None
        self.last_event_at = 0
        self.read_up_to = 0
        self.linked_menu_id: str | None = None
        self.quote_tokens: dict[str, str] = {}
        self.read_tokens: dict[str, int] = {}
        self._changes = changes
        self._items: list[Item] = []
        self._positions: dict[str, int] = {}
        self._cursor = 0
        self._loading_until = 0

    @property
    def cursor(self) -> int:
        return self._cursor

    def add(
        self,
        *,
        message_id: str,
        origin: Origin,
        at: int,
        person: str | None = None,
        message: Json | None = None,
        text: str | None = None,
        via: Via | None = None,
        cost: int = 0,
    ) -> Item:
        with self._changes.lock:
            self._cursor += 1
            item = Item(
                seq=self._cursor,
                id=message_id,
                origin=origin,
                person=person,
                at=at,
                message=message,
                text=text,
                via=via,
                cost=cost,
                sender=None if message is None else message.get("sender"),
                changed=self._cursor,
            )
            self._positions[message_id] = len(self._items)
            self._items.append(item)
            if origin is Origin.BOT:
                self._loading_until = 0
            self._changes.announce(self.key)
            return item

    def note(self, text: str, *, message_id: str, at: int) -> Item:
        """Adds a line that LINE itself shows, such as somebody joining."""
        return self.add(message_id=message_id, origin=Origin.SYSTEM, at=at, text=text)

    def replace_message(self, message_id: str, message: Json) -> None:
        with self._changes.lock:
            self._replace(message_id, message=message)

    def mark_unsent(self, message_id: str) -> None:
        with self._changes.lock:
            self._replace(message_id, is_unsent=True, message=None)

    def _replace(self, message_id: str, **values: object) -> None:
        self._cursor += 1
        position = self._positions[message_id]
        # `values` are fields of Item, named by the two callers above.
        self._items[position] = dataclasses.replace(self._items[position], changed=self._cursor, **values)  # type: ignore[arg-type]
        self._changes.announce(self.key)

    def find(self, message_id: str) -> Item | None:
        with self._changes.lock:
            position = self._positions.get(message_id)
            return None if position is None else self._items[position]

    def since(self, after: int = 0) -> list[Item]:
        """Items that were added or changed since the cursor stood at `after`, in the order of the chat."""
        with self._changes.lock:
            return [item for item in self._items if item.changed > after]

    def show_loading(self, *, until: int) -> None:
        with self._changes.lock:
            self._loading_until = until
            self.touch()

    def is_loading(self, now: int) -> bool:
        return now < self._loading_until

    def loading_ends_in(self, now: int) -> int | None:
        return self._loading_until - now if self.is_loading(now) else None

    def mark_read(self, token: str) -> bool:
        """Marks everything up to and including the message of the token as read; false if the token is not this chat's."""
        with self._changes.lock:
            seq = self.read_tokens.get(token)
            if seq is None:
                return False
            self.read_up_to = max(self.read_up_to, seq)
            self.touch()
            return True

    def link_menu(self, rich_menu_id: str | None) -> None:
        with self._changes.lock:
            self.linked_menu_id = rich_menu_id
            self.touch()

    def be_friend_again(self) -> None:
        """As on LINE, whose memory outlives a restart: no event says so."""
        with self._changes.lock:
            self.friendship = Friendship.FRIEND

    def forget_friend(self) -> None:
        with self._changes.lock:
            self.friendship, self.last_said_at = Friendship.NEVER, None

    def quick_reply(self) -> Json | None:
        """The quick reply that is on the screen: only that of the newest message, and only while nobody spoke after it."""
        with self._changes.lock:
            newest = next((item for item in reversed(self._items) if item.origin is not Origin.SYSTEM), None)
            if newest is None or newest.origin is not Origin.BOT or newest.message is None:
                return None
            return newest.message.get("quickReply")

    def touch(self) -> None:
        """Tells whoever watches the chat that something on the screen has changed that is no item."""
        with self._changes.lock:
            self._cursor += 1
            self._changes.announce(self.key)
