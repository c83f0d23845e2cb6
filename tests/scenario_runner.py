"""Plays a scenario against a town: a new resident's phone, the bot behind it, and what the database holds afterwards."""

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from itertools import count
from typing import Any

from sqlalchemy import func, select, union_all

from bot.bubbles import PATIENCE
from bot.line.models import LineAddress
from bot.models import Conversation, EventState, InboundEvent, OutgoingCall, Resident, TurnRow
from bot.simulator.demo import SMALL_PNG
from bot.simulator.phone import Phone
from bot.simulator.records import Item, Json, Origin, Person
from core.database import Base
from core.encryption import Keyring
from core.messages import Language
from core.models import JobRow, JobState
from core.pack_loading import load_pack
from core.sentences import GAP
from handoff.models import CallbackRequest
from tests.scenario_format import Act, Exchange, Expected, Scenario
from tests.town import MUNICIPALITY, Town

CONTENT = {"entry", "entry_version", "passage", "stored_vector"}
"""Tables that hold what is published; nothing that a resident says gets there."""
CONVERSATION_JOBS = ("sort_arrivals", "turn", "wake_turn", "deliver")
PATIENCE_OF_TESTS = 20.0
TOGETHER_MILLISECONDS = 150.0
STICKER = ("11537", "52002734")
numbers = count(1)


class ScenarioError(AssertionError):
    """A turn went otherwise than its scenario says; the message holds the whole talk."""


def settle(town: Town, seconds: float = PATIENCE_OF_TESTS) -> None:
    """Returns once every event is handled and every message is sent; the wait for the rest of a fragment is passed over."""
    deadline = time.monotonic() + seconds
    pause = 0.005
    while time.monotonic() < deadline:
        town.platform.wait_until_idle(seconds)
        kinds = waiting_kinds(town)
        if not kinds:
            return
        if "wake_turn" in kinds and kinds <= {"wake_turn", "message"}:
            town.clock.offset += PATIENCE
            town.queue.wake()
        time.sleep(pause)
        # Asking too often takes time from the bot that is waited for.
        pause = min(2 * pause, 0.05)
    raise TimeoutError(f"after {seconds} s these events and jobs are waiting: {waiting_kinds(town)}")


def waiting_kinds(town: Town) -> set[str]:
    """Of events without an answer and of jobs that lead to one."""
    events = select(InboundEvent.kind).where(InboundEvent.state == EventState.WAITING)
    jobs = select(JobRow.kind).where(JobRow.kind.in_(CONVERSATION_JOBS), JobRow.state != JobState.DEAD)
    with town.database.reading() as session:
        return set(session.scalars(union_all(events, jobs)))


def texts_in(message: Json | None) -> Iterator[str]:
    """Every text that a person sees or hears of a message, quick replies apart."""
    for key, value in (message or {}).items():
        if key == "quickReply":
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                yield from texts_in(part)
            elif isinstance(part, str) and key in ("text", "altText", "title", "address", "label"):
                yield part


def actions_in(value: object) -> Iterator[Json]:
    """Everything that can be tapped on a message."""
    if isinstance(value, dict):
        if isinstance(value.get("action"), dict):
            yield value["action"]
        for part in value.values():
            yield from actions_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from actions_in(part)


def is_sentence(key: str, language: Language, text: str) -> bool:
    """Whether the text is this sentence, whatever fills its gaps."""
    template = sentence(key, language)
    pattern = "".join(".+?" if place % 2 else re.escape(part) for place, part in enumerate(GAP.split(template)))
    return re.fullmatch(pattern, text, re.DOTALL) is not None


def sentence(key: str, language: Language) -> str:
    sentences = load_pack(MUNICIPALITY).sentences
    if key not in sentences.keys(Language.JAPANESE):
        raise ScenarioError(f"there is no sentence {key!r} in messages/ja.yaml")
    return sentences.say(key, language, **{gap: f"{{{gap}}}" for gap in sentences.gaps(key, language)})


def find_everywhere(town: Town, words: str) -> list[str]:
    """The tables and columns in which the words stand, stored events decrypted."""
    cipher = Keyring("a secret of the tests that is long enough").cipher("inbound events")
    found = []
    with town.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in CONTENT:
                continue
            for row in session.execute(select(table)).mappings():
                for column, value in row.items():
                    if isinstance(value, bytes):
                        text = cipher.decrypt(value).decode() if table.name == "inbound_event" else ""
                        text = json.dumps(json.loads(text), ensure_ascii=False) if text else ""
                    else:
                        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
                    if words in text:
                        found.append(f"{table.name}.{column}")
    return found


class Talk:
    """One resident's talk. `play` raises ScenarioError at the first turn that goes otherwise than expected."""

    def __init__(self, town: Town, scenario: Scenario) -> None:
        self._town = town
        self._scenario = scenario
        self._lines: list[str] = []
        self._said: list[str] = []
        self._opened: str | None = None
        settle(town)
        self._dead_before = len(self._dead_letters())
        town.clock.set(scenario.now)
        # Names differ so that their ids do.
        self._phone = self._new_phone(f"{scenario.resident.name} {next(numbers)}")

    def play(self) -> None:
        for number, exchange in enumerate(self._scenario.turns, start=1):
            try:
                self._take(exchange)
                self._require(len(self._dead_letters()) == self._dead_before, f"a job died: {self._dead_letters()}")
                self._require(not self._town.platform.violations, f"LINE's rules were broken: {self._town.platform.violations}")
            except (AssertionError, TimeoutError, LookupError) as error:
                talk = "\n".join(self._lines)
                raise ScenarioError(f"turn {number} of “{self._scenario.about}”: {error}\n\n{talk}\n") from None

    def _dead_letters(self) -> list[str]:
        with self._town.database.reading() as session:
            return [f"{letter.kind}: {letter.error}" for letter in self._town.queue.dead_letters(session)]

    def _new_phone(self, name: str) -> Phone:
        scenario, town = self._scenario, self._town
        if scenario.place == "chat":
            phone = town.phone(name, is_friend=scenario.resident.is_friend)
            settle(town)
            return phone
        members = [town.platform.add_person(Person(name=name)).id, town.platform.add_person(Person(name=f"鈴木 一郎 {name}")).id]
        self._other = members[1]
        opened = town.platform.group(MUNICIPALITY, members) if scenario.place == "group" else town.platform.room(MUNICIPALITY, members)
        self._group = opened
        return opened.phone(members[0])

    def _take(self, exchange: Exchange) -> None:
        before, turns_before, calls_before = self._phone.chat.cursor, len(self._turns()), len(self._calls())
        events_before = self._event_count()
        self._opened = None
        if exchange.together:
            self._town.platform.faults.set(batch_ms=TOGETHER_MILLISECONDS)
        for act in exchange.resident:
            self._lines.append(f"  resident: {self._words_of(act)}")
            self._do(act)
        settle(self._town)
        self._town.platform.faults.set(batch_ms=0.0)
        answers = [item for item in self._phone.chat.since() if item.origin is Origin.BOT and item.seq > before]
        for item in answers:
            self._lines.append(f"  bot ({item.via}): " + " | ".join(texts_in(item.message)).replace("\n", " "))
        if answers and self._quick_replies():
            self._lines.append(f"       ［{'］［'.join(action['label'] for action in self._quick_replies())}］")
        self._check(exchange.bot, answers, turns_before, calls_before)
        if exchange.bot.events is not None:
            stored = self._event_count() - events_before
            self._require(stored == exchange.bot.events, f"{exchange.bot.events} events should be stored, there are {stored}")

    def _event_count(self) -> int:
        with self._town.database.reading() as session:
            return session.scalar(select(func.count()).select_from(InboundEvent)) or 0

    def _words_of(self, act: Act) -> str:
        name = next(iter(act.model_fields_set))
        value = getattr(act, name)
        return str(value) if name == "say" else f"{{{name}: {value}}}"

    def _do(self, act: Act) -> None:
        name = next(iter(act.model_fields_set))
        value = getattr(act, name)
        phone = self._phone
        said: dict[str, Callable[[], object]] = {
            "say": lambda: phone.say(value),
            "call": lambda: phone.say(value, mention_bot=True),
            "sticker": lambda: phone.send_sticker(*STICKER, keywords=value),
            "photo": lambda: phone.send_photo(SMALL_PNG, "image/png"),
            "photos": lambda: phone.send_photos([SMALL_PNG] * value, "image/png"),
            "video": lambda: phone.send_video(b"film"),
            "audio": lambda: phone.send_audio(b"sound"),
            "file": lambda: phone.send_file(b"file", value),
            "location": lambda: phone.send_location("この場所", "汐見市", *value),
        }
        done: dict[str, Callable[[], object]] = {
            "other": lambda: self._group.say(self._other, value),
            "tap": lambda: self._tap(self._action(value)),
            "tamper": lambda: self._tap(tampered(self._action(value))),
            "postback": lambda: phone.tap({"type": "postback", "label": "x", "data": value}),
            "follow": phone.follow,
            "block": phone.block,
            "unblock": phone.unblock,
            "unsend": lambda: phone.unsend(self._said[0 if value == "first" else -1]),
            "odd": lambda: phone.send_odd(value),
            "standby": lambda: phone.set_standby(value),
            "invite": self._invite,
            "remove": self._remove,
            "pause": lambda: self._pass(value),
        }
        if name in said:
            spoken = said[name]()
            self._said += spoken if isinstance(spoken, list) else [str(spoken)]
        else:
            done[name]()

    def _invite(self) -> None:
        self._group.join_bot()

    def _remove(self) -> None:
        self._group.remove_bot()

    def _pass(self, seconds: float) -> None:
        self._town.clock.offset += timedelta(seconds=seconds)
        self._town.queue.wake()

    def _tap(self, action: Json) -> None:
        self._opened = self._phone.tap(action).opened

    def _quick_replies(self) -> list[Json]:
        return [item["action"] for item in (self._phone.quick_reply or {}).get("items", [])]

    def _action(self, label: str) -> Json:
        """Of the newest button with this label; quick replies only while they are on the screen."""
        newest_first = [item for item in reversed(self._phone.chat.since()) if item.origin is Origin.BOT]
        shown = self._quick_replies()
        for item in newest_first:
            shown += list(actions_in({key: value for key, value in (item.message or {}).items() if key != "quickReply"}))
        for action in shown:
            if fnmatchcase(action.get("label", ""), label) or fnmatchcase(action.get("displayText", ""), label):
                return action
        raise LookupError(f"there is nothing {label!r} to tap; there are {[action.get('label') for action in shown]}")

    def _check(self, expected: Expected, answers: Sequence[Item], turns_before: int, calls_before: int) -> None:
        self._check_words(expected, answers)
        self._check_choices(expected, answers)
        self._check_turns(expected, self._turns()[turns_before:], self._calls()[calls_before:])
        self._check_rows(expected)

    def _check_words(self, expected: Expected, answers: Sequence[Item]) -> None:
        shown = [text for item in answers for text in texts_in(item.message)]
        together = "\n".join(shown)
        if expected.silent:
            self._require(not answers, "the bot should have kept silent")
        for key in expected.message:
            is_said = any(is_sentence(key, expected.language, text) for text in shown)
            self._require(is_said, f"the sentence {key} ({expected.language}) is missing")
        if expected.first is not None:
            first = list(texts_in(answers[0].message)) if answers else []
            is_first = any(is_sentence(expected.first, expected.language, text) for text in first)
            self._require(is_first, f"the first bubble should be {expected.first}")
        for words in expected.contains:
            self._require(words in together, f"“{words}” is missing")
        for words in expected.excludes:
            self._require(words not in together, f"“{words}” should not be said")
        if expected.messages is not None:
            self._require(len(answers) == expected.messages, f"{expected.messages} bubbles were expected, {len(answers)} came")

    def _check_choices(self, expected: Expected, answers: Sequence[Item]) -> None:
        labels = [action["label"] for action in self._quick_replies()] if answers else []
        labels += [action.get("label", "") for item in answers for action in actions_in(item.message)]
        for label in expected.choices:
            self._require(any(fnmatchcase(known, label) for known in labels), f"the choice {label} is missing; there are {labels}")
        for label in expected.no_choices:
            self._require(not any(fnmatchcase(known, label) for known in labels), f"the choice {label} should not be offered")
        if expected.opens is not None:
            self._require(self._opened == expected.opens, f"the tap opened {self._opened}, not {expected.opens}")

    def _check_turns(self, expected: Expected, turns: Sequence[TurnRow], calls: Sequence[OutgoingCall]) -> None:
        if expected.turns is not None:
            self._require(len(turns) == expected.turns, f"{expected.turns} turns were expected, not {[turn.route for turn in turns]}")
        if expected.calls is not None:
            self._require(len(calls) == expected.calls, f"{expected.calls} calls to LINE were expected, not {len(calls)}")
        states = [call.state for call in calls]
        self._require(all(state == expected.call_state for state in states), f"calls should be {expected.call_state}, not {states}")
        wanted = {"route": expected.route, "status": expected.status, "decision": expected.decision}
        for name, value in wanted.items():
            if value is not None:
                found = getattr(turns[-1], name) if turns else "missing: there was no turn"
                self._require(found == value, f"the turn's {name} should be {value}, it is {found}")
        entries = [entry["entry"] for turn in turns for entry in turn.entries]
        for entry in expected.entries:
            self._require(any(fnmatchcase(known, entry) for known in entries), f"the entry {entry} is missing; there are {entries}")
        for entry in expected.not_entries:
            self._require(not any(fnmatchcase(known, entry) for known in entries), f"the entry {entry} should not be offered")

    def _check_rows(self, expected: Expected) -> None:
        conversation = self._conversation()
        if expected.state is not None:
            kind = conversation.state.get("kind") if conversation else None
            self._require(kind == expected.state, f"the conversation should be {expected.state}, it is {kind}")
        if expected.event_state is not None:
            with self._town.database.reading() as session:
                newest = session.scalar(select(InboundEvent.state).order_by(InboundEvent.id.desc()).limit(1))
            self._require(newest == expected.event_state, f"the newest event should be {expected.event_state}, it is {newest}")
        if expected.feedback is not None:
            given = [turn.feedback for turn in self._turns()]
            self._require(expected.feedback in given, f"feedback {expected.feedback} is missing; there is {given}")
        if expected.is_friend is not None:
            with self._town.database.reading() as session:
                resident = session.get(Resident, conversation.resident_id) if conversation else None
            self._require(resident is not None and resident.is_friend is expected.is_friend, f"is_friend should be {expected.is_friend}")
        if expected.callbacks is not None:
            self._check_callbacks(expected)
        for words in expected.nowhere:
            places = find_everywhere(self._town, words)
            self._require(not places, f"“{words}” still stands in {places}")

    def _check_callbacks(self, expected: Expected) -> None:
        conversation = self._conversation()
        with self._town.database.reading() as session:
            mine = CallbackRequest.conversation_id == (conversation.id if conversation else -1)
            rows = session.scalars(select(CallbackRequest).where(mine).order_by(CallbackRequest.id)).all()
        wanted = expected.callbacks or []
        self._require(len(rows) == len(wanted), f"{len(wanted)} call-backs should be stored, there are {len(rows)}")
        for row, callback in zip(rows, wanted, strict=True):
            for name in callback.model_fields_set:
                stored, value = getattr(row, name), getattr(callback, name)
                is_same = abs(stored - value) < timedelta(minutes=1) if isinstance(value, datetime) else stored == value
                self._require(is_same, f"the call-back's {name} should be {value}, it is {stored}")

    def _conversation(self) -> Conversation | None:
        with self._town.database.reading() as session:
            joined = select(Conversation).join(LineAddress, LineAddress.conversation_id == Conversation.id)
            return session.scalars(joined.where(LineAddress.line_id == self._phone.chat.id)).one_or_none()

    def _turns(self) -> Sequence[TurnRow]:
        return self._rows(TurnRow)

    def _calls(self) -> Sequence[OutgoingCall]:
        return self._rows(OutgoingCall)

    def _rows(self, table: Any) -> Sequence[Any]:  # Any: either of two tables.
        conversation = self._conversation()
        if conversation is None:
            return []
        with self._town.database.reading() as session:
            return session.scalars(select(table).where(table.conversation_id == conversation.id).order_by(table.id)).all()

    @staticmethod
    def _require(holds: bool, otherwise: str) -> None:
        if not holds:
            raise ScenarioError(otherwise)


def tampered(action: Json) -> Json:
    """The button with one value inside its data changed, its signature kept."""
    data = action["data"]
    place = max(index for index, character in enumerate(data) if character.isalnum())
    return {**action, "data": data[:place] + ("b" if data[place] != "b" else "c") + data[place + 1 :]}
