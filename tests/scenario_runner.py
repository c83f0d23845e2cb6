"""Plays a scenario against a town: a new resident's phone, and the bot behind it."""

from collections.abc import Callable
from datetime import timedelta
from fnmatch import fnmatchcase
from itertools import count

from bot.simulator.phone import Phone
from bot.simulator.records import Json, Origin, Person
from core.jobs import Job
from tests.pictures_of_places import photo_taken_at
from tests.sample_city import also_published
from tests.scenario_checks import Checks, ScenarioError, require
from tests.scenario_desk import SMALL_PNG, Desk, clear_counter
from tests.scenario_format import Act, Exchange, Scenario
from tests.scenario_office import Office, clear_office
from tests.screen import actions_in, quick_replies, texts_in
from tests.town import MUNICIPALITY, Town, settle

TOGETHER_MILLISECONDS = 1000.0
"""Longer than it takes to say several things on a busy machine."""
STICKER = ("11537", "52002734")
numbers = count(1)


class Talk:
    """One resident's talk. `play` raises ScenarioError, with the whole talk, at the first turn that goes otherwise than expected."""

    def __init__(self, town: Town, scenario: Scenario) -> None:
        self._town = town
        self._scenario = scenario
        self._lines: list[str] = []
        self._said: list[str] = []
        self._opened: str | None = None
        settle(town)
        clear_counter(town)
        clear_office(town)
        self._dead_before = self._dead()
        town.clock.set(scenario.now)
        # Names differ so that their ids do.
        self._phone = self._new_phone(f"{scenario.resident.name} {next(numbers)}")
        self._checks = Checks(town, self._phone)
        self._desk = Desk(town, self._phone)
        self._office = Office(town, self._phone)
        town.model.begin(scenario.model)

    def play(self) -> None:
        with also_published(self._scenario.published):
            self._play()

    def _play(self) -> None:
        for number, exchange in enumerate(self._scenario.turns, start=1):
            try:
                self._take(exchange)
                if self._dead() != self._dead_before:
                    raise ScenarioError(f"a job died: {self._dead_letters()}")
                require(not self._town.platform.violations, f"LINE's rules were broken: {self._town.platform.violations}")
            except (AssertionError, TimeoutError, LookupError) as error:
                talk = "\n".join(self._lines)
                raise ScenarioError(f"turn {number} of “{self._scenario.about}”: {error}\n\n{talk}\n") from None
        require(not self._town.model.script, f"the model was not asked for {self._town.model.script}")

    def _dead(self) -> int:
        with self._town.database.reading() as session:
            return self._town.queue.dead(session)

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
        before = self._phone.chat.cursor
        self._checks.begin()
        self._opened = None
        if exchange.together:
            self._town.platform.faults.set(batch_ms=TOGETHER_MILLISECONDS)
        for act in exchange.resident:
            self._lines.append(f"  {'staff' if act.staff else 'resident'}: {self._words_of(act)}")
            self._do(act)
        settle(self._town)
        self._town.platform.faults.set(batch_ms=0.0)
        answers = [item for item in self._phone.chat.since() if item.origin is Origin.BOT and item.seq > before]
        for item in answers:
            self._lines.append(f"  bot ({item.via}): " + " | ".join(texts_in(item.message)).replace("\n", " "))
        if answers and quick_replies(self._phone):
            self._lines.append(f"       ［{'］［'.join(action['label'] for action in quick_replies(self._phone))}］")
        self._checks.check(exchange.bot, answers, self._opened)

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
            "photo_at": lambda: phone.send_photo(photo_taken_at(*value), "image/jpeg"),
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
            "pick": lambda: self._pick(value),
            "restart": self._town.restart,
            "remind": self._remind,
            "close_day": lambda: self._office.close_day(value),
            "office": lambda: self._office.act(value),
            "staff": lambda: self._desk.act(value),
            "pause_intake": self._desk.pause_intake,
        }
        if name in said:
            spoken = said[name]()
            self._said += spoken if isinstance(spoken, list) else [str(spoken)]
        else:
            done[name]()

    def _pick(self, day: str) -> None:
        [action, *_] = [action for action in quick_replies(self._phone) if action["type"] == "datetimepicker"]
        self._phone.tap(action, {"date": day})

    def _remind(self) -> None:
        settle(self._town)
        self._town.bot.reminders.run(Job(id=0, kind="remind", key=None, payload={}, attempt=1, enqueued_at=self._town.clock()))

    def _invite(self) -> None:
        self._group.join_bot()

    def _remove(self) -> None:
        self._group.remove_bot()

    def _pass(self, seconds: float) -> None:
        self._town.clock.offset += timedelta(seconds=seconds)
        self._town.queue.wake()

    def _tap(self, action: Json) -> None:
        self._opened = self._phone.tap(action).opened

    def _action(self, label: str) -> Json:
        """Of the newest button with this label; quick replies only while they are on the screen."""
        newest_first = [item for item in reversed(self._phone.chat.since()) if item.origin is Origin.BOT]
        shown = quick_replies(self._phone)
        for item in newest_first:
            shown += list(actions_in({key: value for key, value in (item.message or {}).items() if key != "quickReply"}))
        for action in shown:
            if fnmatchcase(action.get("label", ""), label) or fnmatchcase(action.get("displayText", ""), label):
                return action
        raise LookupError(f"there is nothing {label!r} to tap; there are {[action.get('label') for action in shown]}")


def tampered(action: Json) -> Json:
    """The button with one value inside its data changed, its signature kept."""
    data = action["data"]
    place = max(index for index, character in enumerate(data) if character.isalnum())
    return {**action, "data": data[:place] + ("b" if data[place] != "b" else "c") + data[place + 1 :]}
