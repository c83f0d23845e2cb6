"""A resident's phone in one chat: everything a person can do in LINE's app, and what is on the screen."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.simulator import events
from bot.simulator.account import Account
from bot.simulator.chats import Chat
from bot.simulator.id_tokens import issue_id_token
from bot.simulator.odd_events import OddEvent, odd_fields
from bot.simulator.records import ChatKind, Friendship, Item, Json, Origin, Person
from bot.simulator.rich_menus import RichMenu
from bot.simulator.speaking import PhoneError, hears, refuse_unless_able, speak
from bot.simulator.stickers import find_receivable
from bot.simulator.tapping import Tapped, tap

if TYPE_CHECKING:
    from bot.simulator.platform import Platform

Predicate = Callable[[list[Item]], bool]


class Phone:
    """`wait_for` looks at what the bot sent after this phone last did something."""

    def __init__(self, platform: "Platform", account: Account, chat: Chat, person: Person) -> None:
        self.platform = platform
        self.account = account
        self.chat = chat
        self.person = person
        self._seen = 0

    def follow(self) -> None:
        """Adds the account as a friend, or unblocks it."""
        self._befriend(is_unblocked=self.chat.friendship is Friendship.BLOCKED)

    def unblock(self) -> None:
        self._befriend(is_unblocked=True)

    def _befriend(self, *, is_unblocked: bool) -> None:
        self._refuse_in_groups()
        self._act()
        with self.platform.lock:
            self.chat.friendship = Friendship.FRIEND
            self.platform.happen(self.account, self.chat, "follow", {"follow": {"isUnblocked": is_unblocked}})

    def block(self) -> None:
        self._refuse_in_groups()
        self._act()
        with self.platform.lock:
            self.chat.friendship = Friendship.BLOCKED
            self.platform.happen(self.account, self.chat, "unfollow", gives_token=False)

    def _refuse_in_groups(self) -> None:
        if self.chat.kind is not ChatKind.USER:
            raise PhoneError("only an account is followed or blocked, not a group")

    def say(
        self, text: str, *, mention_bot: bool = False, quote: str | None = None, mentions: Sequence[str] = (), emojis: Sequence[Json] = ()
    ) -> str:
        """Sends a text; `mentions` are person ids. In a one-to-one chat nobody can be mentioned, so nobody is."""
        prefix, found = "", []
        if self.chat.kind is not ChatKind.USER:
            named = [(self.account.bot_user_id, self.account.channel.name, True)] if mention_bot else []
            named += [(member, self.platform.people[member].name, False) for member in mentions]
            for user_id, name, is_self in named:
                written, mention = events.mention_of(user_id, name, before=prefix, is_self=is_self)
                prefix += f"{written} "
                found.append(mention)
        return self._speak(events.text_message(prefix + text, mentions=found, emojis=emojis), quote=quote)

    def send_sticker(self, package_id: str, sticker_id: str, *, keywords: Sequence[str] | None = None, quote: str | None = None) -> str:
        sticker = find_receivable(package_id, sticker_id)
        return self._speak(events.sticker_message(sticker, keywords=sticker.keywords if keywords is None else keywords), quote=quote)

    def send_photo(self, data: bytes, mime: str = "image/jpeg", name: str | None = None) -> str:
        return self._speak(events.media_message("image"), content=data, media_type=mime)

    def send_photos(self, photos: Sequence[bytes], mime: str = "image/jpeg") -> list[str]:
        """Several photos at once: one image set, whose events the bot gets in any order."""
        self._act()
        set_id = self.platform.identifiers.hexadecimal()
        spoken = []
        for number, data in enumerate(photos, start=1):
            message = events.media_message("image", image_set={"id": set_id, "index": number, "total": len(photos)})
            spoken.append(speak(self.platform, self.account, self.chat, self.person, message, content=data, media_type=mime))
        for _, event in sorted(spoken, key=lambda pair: pair[1]["webhookEventId"][-4:] if pair[1] else ""):
            self._send(event)
        return [message_id for message_id, _ in spoken]

    def send_video(self, data: bytes, mime: str = "video/mp4", duration: int = 5000) -> str:
        return self._speak(events.media_message("video", duration=duration), content=data, media_type=mime)

    def send_audio(self, data: bytes, mime: str = "audio/x-m4a", duration: int = 3000) -> str:
        return self._speak(events.media_message("audio", duration=duration), content=data, media_type=mime)

    def send_file(self, data: bytes, name: str, mime: str = "application/octet-stream") -> str:
        return self._speak(events.file_message(name, len(data)), content=data, media_type=mime)

    def send_location(self, title: str | None, address: str | None, latitude: float, longitude: float) -> str:
        return self._speak(events.location_message(title, address, latitude, longitude))

    def tap(self, action: Json, params: Json | None = None) -> Tapped:
        """Does what LINE does when this action of a bubble, quick reply or rich menu is tapped."""
        self._act()
        refuse_unless_able(self.chat, self.person)
        return tap(self, action, params)

    def unsend(self, message_id: str) -> None:
        self._act()
        with self.platform.lock:
            item = self.chat.find(message_id)
            if item is None or item.person != self.person.id or item.is_unsent:
                raise PhoneError(f"{message_id} is not a message of {self.person.name} that can be unsent")
            self.chat.mark_unsent(message_id)
            self.account.contents.mark_unsent(message_id)
            self.happen("unsend", {"unsend": {"messageId": message_id}}, gives_token=False)

    def edit(self, message_id: str, text: str) -> None:
        """Changes a sent text, which LINE allows in groups only."""
        self._act()
        with self.platform.lock:
            item = self.chat.find(message_id)
            if (
                self.chat.kind is ChatKind.USER
                or item is None
                or item.person != self.person.id
                or not item.message
                or item.message["type"] != "text"
            ):
                raise PhoneError(f"{message_id} is not a text of {self.person.name} in a group")
            edited = {key: value for key, value in item.message.items() if key != "mention"} | {"text": text}
            self.chat.replace_message(message_id, edited)
            self.happen("messageEdited", {"message": edited})

    def link_account(self, link_token: str, nonce: str) -> bool:
        """Opens the account-link page with a token of the bot's; true when the accounts were linked."""
        self._act()
        with self.platform.lock:
            is_linked = self.account.link_tokens.use(link_token, self.person.id, now=self.platform.now_ms())
            fields = {"link": {"result": "ok" if is_linked else "failed", "nonce": nonce}}
            self.happen("accountLink", fields, gives_token=is_linked)
            return is_linked

    def id_token(self, *, nonce: str | None = None, life_seconds: int = 3600) -> str:
        """What LINE Login gives to a web page that this person opened."""
        now_seconds = self.platform.now_ms() // 1000
        audience = self.account.channel.login_id
        return issue_id_token(
            person_id=self.person.id,
            name=self.person.name,
            audience=audience,
            now_seconds=now_seconds,
            life_seconds=life_seconds,
            nonce=nonce,
        )

    def finish_video(self, tracking_id: str) -> None:
        self.happen("videoPlayComplete", {"videoPlayComplete": {"trackingId": tracking_id}})

    def enter_beacon(self, hardware_id: str) -> None:
        self.happen("beacon", {"beacon": {"hwid": hardware_id, "type": "enter"}})

    def send_odd(self, kind: OddEvent) -> Json:
        """Sends one of the events that a bot must survive without having been written for."""
        self._act()
        with self.platform.lock:
            name, fields, changes, gives_token = odd_fields(kind, self.platform, self.chat, self.person)
            event = self.platform.compose_event(self.account, self.chat, name, fields, person_id=self.person.id, gives_token=gives_token)
        event = {key: value for key, value in (event | changes).items() if value is not None}
        self.platform.send_events(self.account.channel.municipality, (event,))
        return event

    def set_standby(self, is_standby: bool) -> None:
        """Hands control of the chat to another channel, or back."""
        with self.platform.lock:
            self.chat.is_standby = is_standby

    def timeline(self, after: int = 0) -> list[Item]:
        return self.chat.since(after)

    def answers(self) -> list[Item]:
        """What the bot sent since this phone last did something."""
        with self.platform.lock:
            return [item for item in self.chat.since() if item.origin is Origin.BOT and item.seq > self._seen]

    def wait_for(self, expected: int | Predicate = 1, timeout: float = 30.0) -> list[Item]:
        """The bot's answers, once there are that many of them, or once the predicate holds of their list."""
        is_enough: Predicate = (lambda items: len(items) >= expected) if isinstance(expected, int) else expected
        if self.platform.changes.wait_until(lambda: is_enough(self.answers()), timeout):
            return self.answers()
        posted = [f"{delivery.result} {delivery.status or ''}" for delivery in self.platform.deliveries[-3:]]
        answered = [item.message for item in self.answers()]
        raise TimeoutError(
            f"in {timeout} s the bot answered {answered}; last webhooks {posted}, violations {self.platform.violations[-3:]}"
        )

    @property
    def is_loading(self) -> bool:
        with self.platform.lock:
            return self.chat.is_loading(self.platform.now_ms())

    @property
    def quick_reply(self) -> Json | None:
        return self.chat.quick_reply()

    @property
    def rich_menu(self) -> RichMenu | None:
        with self.platform.lock:
            return self.account.rich_menus.shown_to(self.chat.linked_menu_id) if self.chat.kind is ChatKind.USER else None

    def happen(self, kind: str, fields: Json, *, gives_token: bool = True) -> None:
        if hears(self.chat):
            self.platform.happen(self.account, self.chat, kind, fields, person_id=self.person.id, gives_token=gives_token)

    def _speak(self, message: Json, *, quote: str | None = None, content: bytes | None = None, media_type: str = "") -> str:
        self._act()
        message_id, event = speak(
            self.platform, self.account, self.chat, self.person, message, quote=quote, content=content, media_type=media_type
        )
        self._send(event)
        return message_id

    def _send(self, event: Json | None) -> None:
        if event is not None:
            self.platform.queue(self.account, event)

    def _act(self) -> None:
        self._seen = self.chat.cursor
