"""Whether a talk went as its scenario says: on the screen, in the turns and calls, and in what was stored."""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.line.models import LineAddress
from bot.models import Conversation, InboundEvent, OutgoingCall, Resident, TurnRow
from bot.simulator.phone import Phone
from bot.simulator.records import Item
from core.database import Base
from core.encryption import Keyring
from core.messages import Language
from core.pack_loading import load_pack
from core.sentences import GAP
from handoff.desk_models import CaseTask, Media
from handoff.models import CallbackRequest, Case
from procedures.models import Application, FillingRow
from tests.scenario_format import CaseExpected, Expected
from tests.screen import actions_in, quick_replies, texts_in
from tests.town import MUNICIPALITY, Town

CONTENT = {"entry", "entry_version", "passage", "stored_vector", "stored_words"}
"""Tables that hold what is published; nothing that a resident says gets there."""


OF_PHONE = "conversation_id IN (SELECT conversation_id FROM line_address WHERE line_id = :line_id)"
NEWEST = text(f"""
SELECT COALESCE((SELECT MAX(id) FROM {TurnRow.__tablename__} WHERE {OF_PHONE}), 0),
  COALESCE((SELECT MAX(id) FROM {OutgoingCall.__tablename__} WHERE {OF_PHONE}), 0),
  (SELECT COUNT(*) FROM {InboundEvent.__tablename__})
""")
"""What a talk has before a turn: its newest turn and call, and how many events there are at all."""


class ScenarioError(AssertionError):
    """A turn went otherwise than its scenario says; the message holds the whole talk."""


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ScenarioError(otherwise)


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
            # As the driver gives them: what columns make of their values would take most of the time.
            for row in session.connection().exec_driver_sql(f'SELECT * FROM "{table.name}"').mappings():
                for column, value in row.items():
                    said = ""
                    if isinstance(value, bytes) and table.name == "inbound_event":
                        said = json.dumps(json.loads(cipher.decrypt(value)), ensure_ascii=False)
                    elif isinstance(value, str | dict | list):
                        said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
                    if words in said:
                        found.append(f"{table.name}.{column}")
    return found


class Checks:
    """Compares one resident's talk with what was expected. Raises ScenarioError at the first difference."""

    def __init__(self, town: Town, phone: Phone) -> None:
        self._town = town
        self._phone = phone

    def begin(self) -> None:
        """From here on, what comes is new: to be called before the resident acts."""
        with self._town.database.reading() as session:
            found = session.execute(NEWEST, {"line_id": self._phone.chat.id}).one()
        self._turns_before, self._calls_before, self._events_before = found

    def check(self, expected: Expected, answers: Sequence[Item], opened: str | None) -> None:
        """`answers` and `opened` are what came since `begin`: the bot's messages, and the address that a tap opened."""
        self._check_words(expected, answers)
        self._check_choices(expected, answers, opened)
        self._check_turns(expected, self._rows(TurnRow, self._turns_before), self._rows(OutgoingCall, self._calls_before))
        self._check_rows(expected)

    def _check_words(self, expected: Expected, answers: Sequence[Item]) -> None:
        shown = [text for item in answers for text in texts_in(item.message)]
        together = "\n".join(shown)
        if expected.silent:
            require(not answers, "the bot should have kept silent")
        for key in expected.message:
            is_said = any(is_sentence(key, expected.language, text) for text in shown)
            require(is_said, f"the sentence {key} ({expected.language}) is missing")
        if expected.first is not None:
            first = list(texts_in(answers[0].message)) if answers else []
            is_first = any(is_sentence(expected.first, expected.language, text) for text in first)
            require(is_first, f"the first bubble should be {expected.first}")
        for words in expected.contains:
            require(words in together, f"“{words}” is missing")
        for words in expected.excludes:
            require(words not in together, f"“{words}” should not be said")
        if expected.messages is not None:
            require(len(answers) == expected.messages, f"{expected.messages} bubbles were expected, {len(answers)} came")

    def _check_choices(self, expected: Expected, answers: Sequence[Item], opened: str | None) -> None:
        labels = [action["label"] for action in quick_replies(self._phone)] if answers else []
        labels += [action.get("label", "") for item in answers for action in actions_in(item.message)]
        for label in expected.choices:
            require(any(fnmatchcase(known, label) for known in labels), f"the choice {label} is missing; there are {labels}")
        for label in expected.no_choices:
            require(not any(fnmatchcase(known, label) for known in labels), f"the choice {label} should not be offered")
        if expected.opens is not None:
            require(opened == expected.opens, f"the tap opened {opened}, not {expected.opens}")

    def _check_turns(self, expected: Expected, turns: Sequence[TurnRow], calls: Sequence[OutgoingCall]) -> None:
        if expected.turns is not None:
            require(len(turns) == expected.turns, f"{expected.turns} turns were expected, not {[turn.route for turn in turns]}")
        if expected.calls is not None:
            require(len(calls) == expected.calls, f"{expected.calls} calls to LINE were expected, not {len(calls)}")
        states = [call.state for call in calls]
        require(all(state == expected.call_state for state in states), f"calls should be {expected.call_state}, not {states}")
        wanted = {"route": expected.route, "status": expected.status, "decision": expected.decision}
        for name, value in wanted.items():
            if value is not None:
                found = getattr(turns[-1], name) if turns else "missing: there was no turn"
                require(found == value, f"the turn's {name} should be {value}, it is {found}")
        if expected.model is not None:
            told = turns[-1].trace.get("model") if turns else None
            require(told == expected.model, f"the model should have been {expected.model}, the trace says {told}")
        entries = [entry["entry"] for turn in turns for entry in turn.entries]
        for entry in expected.entries:
            require(any(fnmatchcase(known, entry) for known in entries), f"the entry {entry} is missing; there are {entries}")
        for entry in expected.not_entries:
            require(not any(fnmatchcase(known, entry) for known in entries), f"the entry {entry} should not be offered")

    def _check_rows(self, expected: Expected) -> None:
        conversation = self._conversation()
        if expected.state is not None:
            kind = conversation.state.get("kind") if conversation else None
            require(kind == expected.state, f"the conversation should be {expected.state}, it is {kind}")
        if expected.event_state is not None:
            with self._town.database.reading() as session:
                newest = session.scalar(select(InboundEvent.state).order_by(InboundEvent.id.desc()).limit(1))
            require(newest == expected.event_state, f"the newest event should be {expected.event_state}, it is {newest}")
        if expected.feedback is not None:
            given = [turn.feedback for turn in self._rows(TurnRow)]
            require(expected.feedback in given, f"feedback {expected.feedback} is missing; there is {given}")
        if expected.is_friend is not None:
            with self._town.database.reading() as session:
                resident = session.get(Resident, conversation.resident_id) if conversation else None
            require(resident is not None and resident.is_friend is expected.is_friend, f"is_friend should be {expected.is_friend}")
        if expected.events is not None:
            stored = self._event_count() - self._events_before
            require(stored == expected.events, f"{expected.events} events should be stored, there are {stored}")
        if expected.callbacks is not None:
            self._check_callbacks(expected)
        self._check_procedures(expected, conversation)
        self._check_cases(expected, conversation)
        for words in expected.nowhere:
            places = find_everywhere(self._town, words)
            require(not places, f"“{words}” still stands in {places}")

    def _check_procedures(self, expected: Expected, conversation: Conversation | None) -> None:
        if expected.applications is None and expected.drafts is None:
            return
        resident_id = conversation.resident_id if conversation else None
        with self._town.database.reading() as session:
            mine = select(Application.state).where(Application.resident_id == resident_id).order_by(Application.id)
            states = list(session.scalars(mine))
            begun = select(func.count()).select_from(FillingRow).where(FillingRow.resident_id == resident_id)
            drafts = session.scalar(begun.where(FillingRow.reminded_at.is_(None) | (FillingRow.expires_at > FillingRow.reminded_at)))
        if expected.applications is not None:
            require(states == expected.applications, f"the applications should be {expected.applications}, they are {states}")
        if expected.drafts is not None:
            require(drafts == expected.drafts, f"{expected.drafts} drafts should be kept, there are {drafts}")

    def _check_cases(self, expected: Expected, conversation: Conversation | None) -> None:
        if expected.owner is not None:
            owner = conversation.owner.partition(":")[0] if conversation else None
            require(owner == expected.owner, f"{expected.owner} should own the talk, it is {owner}")
        if expected.cases is None and expected.case is None:
            return
        with self._town.database.reading() as session:
            mine = Case.conversation_id == (conversation.id if conversation else -1)
            cases = session.scalars(select(Case).where(mine).order_by(Case.id)).all()
            if expected.cases is not None:
                require(len(cases) == expected.cases, f"{expected.cases} cases were expected, there are {len(cases)}")
            if expected.case is not None:
                require(bool(cases), "a case was expected")
                self._check_case(expected.case, session, cases[-1])

    def _check_case(self, wanted: CaseExpected, session: Session, case: Case) -> None:
        packet = case.packet
        media = session.scalars(select(Media.state).where(Media.case_id == case.id).order_by(Media.id)).all()
        tasks = session.scalar(select(func.count()).select_from(CaseTask).where(CaseTask.case_id == case.id, CaseTask.done_at.is_(None)))
        linked = session.scalar(select(func.count()).select_from(CallbackRequest).where(CallbackRequest.case_id == case.id))
        found = {
            "state": case.state,
            "reason": case.reason,
            "department": case.department_id,
            "priority": case.priority,
            "title": case.title,
            "risks": list(packet.get("risks", ())),
            "tried": [tried["entry"] for tried in packet.get("tried", ())],
            "media": list(media),
            "satisfaction": case.satisfaction,
            "comment": case.satisfaction_comment,
            "tasks": tasks,
            "slots": dict(packet.get("slots", {})),
            "summary": packet.get("summary"),
            "contact_linked": bool(linked),
        }
        for name in wanted.model_fields_set:
            require(found[name] == getattr(wanted, name), f"the case's {name} should be {getattr(wanted, name)}, it is {found[name]}")

    def _check_callbacks(self, expected: Expected) -> None:
        conversation = self._conversation()
        with self._town.database.reading() as session:
            mine = CallbackRequest.conversation_id == (conversation.id if conversation else -1)
            rows = session.scalars(select(CallbackRequest).where(mine).order_by(CallbackRequest.id)).all()
        wanted = expected.callbacks or []
        require(len(rows) == len(wanted), f"{len(wanted)} call-backs should be stored, there are {len(rows)}")
        for row, callback in zip(rows, wanted, strict=True):
            for name in callback.model_fields_set:
                stored, value = getattr(row, name), getattr(callback, name)
                is_same = abs(stored - value) < timedelta(minutes=1) if isinstance(value, datetime) else stored == value
                require(is_same, f"the call-back's {name} should be {value}, it is {stored}")

    def _conversation(self) -> Conversation | None:
        with self._town.database.reading() as session:
            joined = select(Conversation).join(LineAddress, LineAddress.conversation_id == Conversation.id)
            return session.scalars(joined.where(LineAddress.line_id == self._phone.chat.id)).one_or_none()

    def _rows(self, table: Any, after: int = 0) -> Sequence[Any]:  # Any: either of two tables.
        """Of this talk, with a larger id."""
        with self._town.database.reading() as session:
            of_phone = select(LineAddress.conversation_id).where(LineAddress.line_id == self._phone.chat.id)
            return session.scalars(select(table).where(table.conversation_id.in_(of_phone), table.id > after).order_by(table.id)).all()

    def _event_count(self) -> int:
        with self._town.database.reading() as session:
            return session.scalar(select(func.count()).select_from(InboundEvent)) or 0
