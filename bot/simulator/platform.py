"""The strict local LINE platform: accounts, people, chats, and the record of everything the bot did."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Self

from bot.simulator.account import Account
from bot.simulator.changes import Changes
from bot.simulator.chats import Chat
from bot.simulator.courier import Courier
from bot.simulator.events import event as write_event
from bot.simulator.events import source as write_source
from bot.simulator.faults import Faults
from bot.simulator.groups import Group
from bot.simulator.identifiers import Identifiers, user_id
from bot.simulator.journal import Journal
from bot.simulator.phone import Phone
from bot.simulator.records import (
    Channel,
    ChatKind,
    Clock,
    Delivery,
    DeliveryResult,
    Json,
    Person,
    RecordedRequest,
    Rule,
    Violation,
    milliseconds,
    utc_now,
)
from bot.simulator.texts import say
from bot.simulator.validation import warm_up

SUSPEND_AFTER = timedelta(hours=1)


class UnknownChatError(LookupError):
    """No such municipality, person or chat on the platform."""


class Platform:
    """Everything in memory; every public method may be called from any thread."""

    def __init__(
        self,
        channels: Sequence[Channel] = (),
        people: Sequence[Person] = (),
        *,
        clock: Clock = utc_now,
        seed: int = 0,
        hosts: Mapping[str, str] | None = None,
        suspend_after: timedelta = SUSPEND_AFTER,
    ) -> None:
        self.clock = clock
        self.changes = Changes()
        self.lock = self.changes.lock
        self.identifiers = Identifiers(seed, milliseconds(clock()))
        self.faults = Faults(seed)
        self.accounts = {channel.municipality: Account(channel, self.changes) for channel in channels}
        self.people: dict[str, Person] = {}
        self._hosts = dict(hosts or {})
        self._suspend_after = suspend_after
        self.journal = Journal(self.changes)
        self._courier = Courier(self, seed)
        self._phones: dict[tuple[str, str, str], Phone] = {}
        self._phones_lock = threading.Lock()
        for person in people:
            self.add_person(person)

    def start(self) -> Self:
        self._courier.start()
        # The SDK's models take more than a second to import, which no first request should have to wait for.
        threading.Thread(target=warm_up, name="line-warm-up", daemon=True).start()
        return self

    def stop(self) -> None:
        self._courier.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def now_ms(self) -> int:
        return milliseconds(self.clock())

    def resolve(self, url: str) -> str:
        """Public addresses that lead back to this machine are reached without leaving it."""
        for public, local in self._hosts.items():
            if url == public or url.startswith((f"{public}/", f"{public}?")):
                return local + url.removeprefix(public)
        return url

    def account(self, municipality: str) -> Account:
        try:
            return self.accounts[municipality]
        except KeyError:
            raise UnknownChatError(f"no channel for {municipality!r}; there are {', '.join(self.accounts)}") from None

    def account_of_token(self, token: str) -> Account | None:
        with self.lock:
            now = self.now_ms()
            return next((account for account in self.accounts.values() if account.access_tokens.find(token, now=now)), None)

    def add_person(self, person: Person) -> Person:
        with self.lock:
            known = replace(person, id=person.id or user_id(f"{len(self.people)}:{person.name}"))
            self.people[known.id] = known
            return known

    def delete_person(self, person_id: str) -> None:
        """Somebody leaves LINE altogether: nobody is told, and nothing reaches them any more."""
        with self.lock:
            self.people[person_id] = replace(self.people[person_id], has_consented=False)
            for account in self.accounts.values():
                account.chat_with(person_id).forget_friend()

    def chat(self, municipality: str, chat_id: str) -> Chat:
        with self.lock:
            account = self.account(municipality)
            if chat_id in account.chats:
                return account.chats[chat_id]
            person = self.people.get(chat_id)
            if person is None:
                raise UnknownChatError(f"no chat {chat_id!r} with {municipality!r}")
            return account.chat_with(person.id, person.name)

    def phone(self, municipality: str, person_id: str, chat_id: str | None = None) -> Phone:
        """The phone of a person, in the chat with the account, or in a group that both are in."""
        person = self.people.get(person_id)
        if person is None:
            raise UnknownChatError(f"nobody has the id {person_id!r}")
        chat = self.chat(municipality, chat_id or person_id)
        with self._phones_lock:
            key = (municipality, person_id, chat.id)
            if key not in self._phones:
                self._phones[key] = Phone(self, self.account(municipality), chat, person)
            return self._phones[key]

    def group(self, municipality: str, members: Sequence[str], name: str = "") -> Group:
        return self._open_group(municipality, members, name or say("group.unnamed"), ChatKind.GROUP, "C")

    def room(self, municipality: str, members: Sequence[str]) -> Group:
        return self._open_group(municipality, members, "", ChatKind.ROOM, "R")

    def find_group(self, municipality: str, chat_id: str) -> Group:
        return Group(self, self.account(municipality), self.chat(municipality, chat_id))

    def _open_group(self, municipality: str, members: Sequence[str], name: str, kind: ChatKind, prefix: str) -> Group:
        if unknown := [member for member in members if member not in self.people]:
            raise UnknownChatError(f"nobody has the id {unknown[0]!r}")
        with self.lock:
            account = self.account(municipality)
            chat = account.open_chat(self.identifiers.chat_id(prefix), kind, name=name, members=members)
            return Group(self, account, chat)

    def happen(
        self,
        account: Account,
        chat: Chat | None,
        kind: str,
        fields: Json | None = None,
        *,
        person_id: str | None = None,
        gives_token: bool = True,
    ) -> Json:
        """Makes an event of what happened and hands it to the courier; standby events carry no reply token."""
        event = self.compose_event(account, chat, kind, fields, person_id=person_id, gives_token=gives_token)
        self._courier.queue(account, event)
        return event

    def compose_event(
        self,
        account: Account,
        chat: Chat | None,
        kind: str,
        fields: Json | None = None,
        *,
        person_id: str | None = None,
        gives_token: bool = True,
    ) -> Json:
        """An event that is not sent yet: `send_events` can send several in one webhook."""
        with self.lock:
            now = self.now_ms()
            if chat is not None:
                now = chat.last_event_at = _after(chat.last_event_at, now)
            is_standby = chat is not None and chat.is_standby
            token = self.identifiers.hexadecimal() if gives_token and chat is not None and not is_standby else None
            if token is not None and chat is not None:
                account.reply_tokens.issue(token, chat_key=chat.key, happened_at=now)
            return write_event(
                kind,
                at=now + self.faults.plan.clock_skew_ms,
                event_id=self.identifiers.ulid(now),
                source=None if chat is None else write_source(chat.kind, chat.id, person_id),
                is_standby=is_standby,
                reply_token=token,
                fields=fields,
            )

    def queue(self, account: Account, event: Json) -> None:
        self._courier.queue(account, event)

    def send_events(self, municipality: str, events: Sequence[Json]) -> None:
        """Several events in one POST, in the order given."""
        self._courier.send(self.account(municipality), tuple(events))

    def send_raw(self, municipality: str, body: bytes, *, signed_with: str | None = "secret") -> Delivery:
        """Posts any bytes at once. `signed_with`: "secret" signs properly, another text is the signature, None sends none.

        A 2xx answer to bytes that are not properly signed is a violation.
        """
        delivery = self._courier.post(self.account(municipality), body, signed_with=signed_with)
        if signed_with != "secret" and delivery.result is DeliveryResult.OK:
            self.record_violation(
                Violation(rule=Rule.SIGNATURE, message="answered 2xx to a wrong signature", municipality=municipality, at=delivery.at)
            )
        return delivery

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Does something a moment from now, as the platform does where it answers 202."""
        self._courier.later(seconds, action)

    def ping(self, municipality: str) -> Delivery:
        """A webhook without events; any answer but 200 is a violation."""
        account = self.account(municipality)
        delivery = self.send_raw(municipality, f'{{"destination":"{account.bot_user_id}","events":[]}}'.encode())
        if delivery.status != 200:
            self.record_violation(
                Violation(
                    rule=Rule.PING, message=f"answered {delivery.status or delivery.result}", municipality=municipality, at=delivery.at
                )
            )
        return delivery

    def post_to_bot(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[DeliveryResult, int | None, str]:
        return self._courier.post_to(self.resolve(url), body, headers)

    def wait_until_idle(self, timeout: float = 10.0) -> bool:
        """True once no webhook is waiting or on its way; the bot may still be thinking."""
        return self._courier.wait_until_idle(timeout)

    def mark_delivered(self, account: Account, events: Sequence[Json]) -> None:
        with self.lock:
            for event in events:
                if "replyToken" in event:
                    account.reply_tokens.mark_delivered(event["replyToken"], at=self.now_ms())

    def record_delivery(self, account: Account, delivery: Delivery) -> None:
        with self.lock:
            if delivery.result is DeliveryResult.OK:
                account.failing_since = None
            elif delivery.result is not DeliveryResult.SUSPENDED:
                account.failing_since = delivery.at if account.failing_since is None else account.failing_since
                account.is_suspended = delivery.at - account.failing_since >= self._suspend_after.total_seconds() * 1000
            self.journal.add_delivery(delivery)

    def resume(self, municipality: str) -> None:
        """Ends the suspension of deliveries, as a successful test of the webhook does."""
        with self.lock:
            account = self.account(municipality)
            account.is_suspended, account.failing_since = False, None

    def note_bot_crash(self, municipality: str) -> None:
        """The bot was killed by the test: what it was answered until now is lost to it, as if a fault had struck."""
        with self.lock:
            self.account(municipality).reply_tokens.forgive_uses()

    def record_violation(self, violation: Violation) -> None:
        self.journal.add_violation(violation)

    @property
    def violations(self) -> list[Violation]:
        return self.journal.violations()

    @property
    def deliveries(self) -> list[Delivery]:
        return self.journal.deliveries()

    @property
    def requests(self) -> list[RecordedRequest]:
        return self.journal.requests()


def _after(last: int, now: int) -> int:
    """What happens in one chat happens one after the other, and a bot orders by these times; a clock may still be set back."""
    return last + 1 if 0 <= last - now < 1000 else now
