"""A request to be called back: the number, the time, and what is stored."""

from dataclasses import replace

from bot.handlers import offering
from bot.handlers.handing_over import hand_over, show_office
from bot.handlers.question import answer_question, question_of
from bot.office import moment_in_words, opens_at
from bot.outcome import Outcome, StoreCallback, Tools, Turn
from bot.routing import Route
from bot.states import AskedForPhone, AskedForTime, Idle
from bot.taps import ChooseCallTime
from bot.words import contains, is_whole
from core.messages import Choice, Decision, Reply, Text
from core.telephone import is_attempt, phone_in
from core.text import normalise, squeeze
from handoff.models import CaseReason
from retrieval.answering import AnswerStatus

TIMES = ("morning", "afternoon", "any_time")
MAX_FAILURES = 3
TOPIC_LENGTH = 500
TIME_LENGTH = 60


def ask_for_phone(turn: Turn) -> Outcome:
    last = turn.state.last
    department = turn.pack.general_department
    state = AskedForPhone(
        topic=(last.question if last else "")[:TOPIC_LENGTH], department_id=department.id if department else None, last=last
    )
    return _ask(turn, state, "callback.ask_phone")


def continue_callback(turn: Turn, tools: Tools) -> Outcome:
    """The next word in the middle of a call-back request; a question is answered and the request goes on."""
    match turn.state:
        case AskedForPhone() as state:
            return _take_phone(turn, tools, state)
        case AskedForTime() as state:
            return _take_time(turn, tools, state)
        case _:
            return answer_question(turn, tools)


def _take_phone(turn: Turn, tools: Tools, state: AskedForPhone) -> Outcome:
    phone = phone_in(turn.text)
    if phone is not None:
        following = AskedForTime(phone=phone, topic=state.topic, department_id=state.department_id, last=state.last)
        return _ask_time(turn, following, "callback.ask_time")
    if _wants_other_number(turn):
        return _ask(turn, state, "callback.ask_phone")
    if not is_attempt(turn.text) and not _is_mostly_digits(turn.text):
        return _answer_in_between(turn, tools, state)
    if state.failures + 1 >= MAX_FAILURES:
        return hand_over(
            turn, tools, CaseReason.STUCK, route=Route.CALLBACK, status="handoff_stuck", question=state.topic, state=Idle(last=state.last)
        )
    return _ask(turn, replace(state, failures=state.failures + 1), "callback.wrong_phone")


def _take_time(turn: Turn, tools: Tools, state: AskedForTime) -> Outcome:
    """A time in the resident's own words, unless they correct the number or ask something else."""
    chosen = next((time for time in TIMES if normalise(turn.text) == normalise(turn.say(f"callback.time.{time}"))), None)
    if chosen:
        return time_chosen(turn, chosen)
    phone = phone_in(turn.text)
    if phone is not None:
        key = "callback.ask_time" if phone == state.phone else "callback.phone_changed"
        return _ask_time(turn, replace(state, phone=phone), key)
    if is_attempt(turn.text):
        return _ask_time(turn, state, "callback.wrong_phone")
    if _wants_other_number(turn):
        return _ask(turn, AskedForPhone(topic=state.topic, department_id=state.department_id, last=state.last), "callback.ask_phone")
    return _answer_in_between(turn, tools, state) if _is_known_question(turn, tools) else _finish(turn, state, turn.text[:TIME_LENGTH])


def _ask_time(turn: Turn, state: AskedForTime, key: str) -> Outcome:
    gaps = {"phone": state.phone} if key != "callback.wrong_phone" else {}
    return Outcome(
        state=state,
        decision=Decision(route=Route.CALLBACK),
        reply=Reply(messages=(Text(text=turn.say(key, **gaps)),), choices=(*_times(turn), offering.cancel(turn)), language=turn.language),
    )


def _wants_other_number(turn: Turn) -> bool:
    lexicon = turn.pack.lexicon
    return is_whole(lexicon.back, turn.text) or contains(lexicon.phone_corrections, turn.text)


def _is_mostly_digits(text: str) -> bool:
    """「123」 is a number that went wrong; 「11月3日にごみは出せますか」 is a question."""
    flat = squeeze(text)
    return 2 * sum(character.isdigit() for character in flat) > len(flat)


def _answer_in_between(turn: Turn, tools: Tools, state: AskedForPhone | AskedForTime) -> Outcome:
    outcome = answer_question(replace(turn, state=Idle(last=state.last)), tools)
    if outcome.reply is None:
        return outcome
    times: tuple[Choice, ...] = ()
    if isinstance(state, AskedForTime):
        reminder, times = Text(text=turn.say("callback.ask_time", phone=state.phone)), _times(turn)
    else:
        reminder = Text(text=turn.say("callback.still_waiting"))
    choices = (*times, offering.cancel(turn), offering.menu(turn))
    reply = replace(outcome.reply, messages=(*outcome.reply.messages[:4], reminder), choices=choices)
    return replace(outcome, state=replace(state, last=outcome.state.last), reply=reply)


def _is_known_question(turn: Turn, tools: Tools) -> bool:
    """Nearly everything may be a time in somebody's own words, but not what the FAQ asks."""
    return tools.answer(question_of(turn, turn.text)).status is AnswerStatus.ANSWERED_SAME_QUESTION


def _times(turn: Turn) -> tuple[Choice, ...]:
    return tuple(offering.tap(turn, f"time_{time}", ChooseCallTime(time=time)) for time in TIMES)


def time_chosen(turn: Turn, time: str) -> Outcome:
    if not isinstance(turn.state, AskedForTime) or time not in TIMES:
        return show_office(turn)
    return _finish(turn, turn.state, turn.pack.sentences.say(f"callback.time.{time}"))


def _finish(turn: Turn, state: AskedForTime, preferred_time: str) -> Outcome:
    department = turn.pack.department(state.department_id)
    opening = (opens_at(turn, department) if department else None) or turn.now
    office = turn.pack.office_name(department, turn.language) if department else ""
    text = turn.say("callback.stored", phone=state.phone, department=office, opening=moment_in_words(turn, opening))
    return Outcome(
        state=Idle(last=state.last),
        decision=Decision(route=Route.CALLBACK, status="handoff_callback", decision="handoff"),
        reply=Reply(messages=(Text(text=text),), choices=(offering.menu(turn),), language=turn.language),
        effects=(
            StoreCallback(
                phone=state.phone,
                preferred_time=preferred_time,
                topic=state.topic,
                department_id=state.department_id,
                promised_from=opening,
            ),
        ),
    )


def _ask(turn: Turn, state: AskedForPhone, key: str) -> Outcome:
    return Outcome(
        state=state,
        decision=Decision(route=Route.CALLBACK),
        reply=Reply(messages=(Text(text=turn.say(key)),), choices=(offering.cancel(turn),), language=turn.language),
    )
