"""How steps of a procedure are said: texts of the definition and sentences of the product, in the resident's language, with gaps filled."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.japanese_dates import era_year
from core.messages import Language, in_script_of
from core.pack import Pack
from core.sentences import FALLBACK
from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.facts import Locality
from procedures.fields.base import Field, Line
from procedures.progress import Progress

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GAP = re.compile(r"\{([a-z][a-z0-9_.]*)\}")
SENTENCES = ("procedure.", "waste.")
"""How keys of the product's own sentences begin; others are places in the definition."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A row of a summary: of the confirmation, the receipt, the case."""

    field: str
    label: str
    text: str


ReasonIn = Callable[[str, Language], str]
"""What staff wrote, in the resident's language where it is something prepared."""


def as_written(words: str, _language: Language) -> str:
    return words


class Wording:
    """For one procedure, one language and one filling."""

    def __init__(
        self, definition: Definition, pack: Pack, language: Language, progress: Progress, reason_in: ReasonIn = as_written
    ) -> None:
        self.definition = definition
        self.language = language
        self._pack = pack
        self._reason_in = reason_in
        self.progress = progress

    def line(self, said: Line) -> str:
        if said.key.startswith(SENTENCES):
            return self.say(said.key, **said.gaps)
        return self.text(said.key, **said.gaps)

    def say(self, key: str, **gaps: object) -> str:
        return self._pack.sentences.say(key, self.language, **{name: self._formed(value) for name, value in gaps.items()})

    def text(self, place: str, **gaps: object) -> str:
        """A text of the definition; in Japanese where nobody has written another."""
        written = self._translated(place) or self.definition.texts.get(place, "")
        filled = self._pack.values.fill(written, self.progress.now)
        return GAP.sub(lambda match: self._gap(match[1], gaps), filled)

    def is_translated(self, place: str) -> bool:
        return self.language is Language.JAPANESE or self._translated(place) is not None

    def _translated(self, place: str) -> str | None:
        candidates = {language.value: texts[place] for language, texts in self.definition.translations.items() if place in texts}
        fallback = FALLBACK.get(self.language)
        return in_script_of(self.language, candidates) or (candidates.get(fallback.value) if fallback else None)

    def _gap(self, name: str, gaps: Mapping[str, object]) -> str:
        if name in gaps:
            return self._formed(gaps[name])
        field = self.definition.by_name.get(name)
        value = self.progress.known.get(name)
        if value is None:
            return ""
        if name == "fact.near_day":
            return self.day_short(date.fromisoformat(str(value)))
        if name == "fact.near_state":
            return self.state(str(value))
        return self.shown(field, value) if field is not None else self._formed(value)

    def _formed(self, value: object) -> str:
        match value:
            case date():
                return self.day(value)
            case Line():
                return self.line(value)
            case list() | tuple():
                return self.joined([self._formed(one) for one in value])
            case bool():
                return str(value)
            case int():
                return self.number(value)
            case _:
                return str(value)

    def reason(self, words: str) -> str:
        """What staff wrote."""
        return self._reason_in(words, self.language)

    def start_label(self) -> str:
        """Of the button that begins it."""
        return self._own("start_label") or self.say("procedure.choice.start")

    def send_label(self) -> str:
        """Of the button that submits, changes what was submitted, or answers what staff asked."""
        filling = self.progress.state
        if filling.application_id is not None:
            return self.say("procedure.choice.confirm_answer" if filling.reasons else "procedure.choice.confirm_change")
        return self._own("send_label") or self.say("procedure.choice.confirm")

    def keep_label(self) -> str:
        """Of the one that submits and consents to everything that may be kept."""
        return self.say("procedure.choice.send_and_keep" if self._own("send_label") else "procedure.choice.confirm_and_keep")

    def _own(self, place: str) -> str:
        """Of the definition, where it is written in the resident's language."""
        return self.text(place) if self.is_translated(place) else ""

    def state(self, state: str) -> str:
        """Of an application: as the definition calls it in the resident's language, or as all do."""
        return self._own(f"states.{state}") or self.say(f"procedure.state.{state}")

    def day(self, day: date) -> str:
        era = era_year(day)
        return self._pack.sentences.say(
            "procedure.day",
            self.language,
            year=day.year,
            era=f"{era[0]}{era[1]}" if era else day.year,
            month=day.month,
            day=day.day,
            weekday=self._pack.sentences.say(f"hours.{WEEKDAYS[day.weekday()]}", self.language),
        )

    def day_short(self, day: date) -> str:
        """For buttons."""
        weekday = self._pack.sentences.say(f"hours.{WEEKDAYS[day.weekday()]}", self.language)
        return self._pack.sentences.say("procedure.day_in_short", self.language, month=day.month, day=day.day, weekday=weekday)

    def number(self, number: int) -> str:
        return f"{number:,}"

    def money(self, amount: int) -> str:
        return self._pack.sentences.say("procedure.money", self.language, amount=f"{amount:,}")

    def joined(self, parts: Sequence[str]) -> str:
        return self._pack.sentences.say("procedure.list_separator", self.language).join(parts)

    def label(self, label: Line | str) -> str:
        """Of a button: days are short there."""
        if isinstance(label, str):
            return label
        gaps = {name: self.day_short(value) if isinstance(value, date) else value for name, value in label.gaps.items()}
        return self.line(Line(key=label.key, gaps=gaps)).strip()

    def shown(self, field: Field, value: Plain) -> str:
        return field.mask(value, self) if field.sensitive else field.show(value, self)

    @property
    def locality(self) -> Locality:
        return self.progress.facts.locality

    def answer(self, field: str) -> Plain:
        return self.progress.state.answers.get(field)

    def thanks(self) -> Iterator[str]:
        """Places of the texts that thank for answers like these, the best first."""
        for number, saying in enumerate(self.definition.thanks_if):
            if saying.when.holds(self.progress.known):
                yield f"thanks_if.{number}.say"

    def summary(self) -> Iterator[Shown]:
        """Every answer in the order of the form, those that follow from others included."""
        for field in self.definition.fields:
            value = self.progress.state.answers.get(field.name)
            if value is None or field.only_staff_need:
                continue
            yield Shown(field=field.name, label=self.text(f"fields.{field.name}.label"), text=self.shown(field, value))
