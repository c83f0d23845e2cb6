"""What is known at one moment of filling: answers with their parts, fees of the day, facts, values of the pack. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core.clock import in_japan
from core.errors import PackError
from procedures.conditions import Plain
from procedures.definition import Definition, Fee
from procedures.facts import Facts
from procedures.fields.dates import iso_day
from procedures.rule_days import RuleOfDay

LEADING_NUMBER = re.compile(r"-?\d[\d,]*")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Implements `procedures.conditions.Known`."""

    definition: Definition
    answers: Mapping[str, Plain]
    facts: Facts
    now: datetime

    @property
    def today(self) -> date:
        return in_japan(self.now).date()

    def get(self, path: str) -> Plain:
        head, _, rest = path.partition(".")
        if head == "today":
            return self.today.isoformat()
        if path == "fact.assured":
            return self.facts.assurance >= self.definition.assurance.value
        if head == "fact":
            return self.facts.found[rest] if rest in self.facts.found else self.facts.look_up(rest, self.answers)
        if head == "kept":
            return self.facts.known.get(rest)
        if head == "value":
            return plain_value(self.facts.locality.values.on(rest, self.today))
        if head == "fees":
            fee = self.definition.fees.get(rest)
            return self._fee(fee) if fee is not None else None
        value = self.answers.get(head)
        if not rest or value is None:
            return value
        field = self.definition.by_name.get(head)
        return field.parts(value, self.facts).get(rest) if field is not None else None

    def value(self, name: str) -> Plain:
        return plain_value(self.facts.locality.values.on(name, self.today))

    def day(self, rule: RuleOfDay) -> date:
        return self.day_from(rule, self.today)

    def labels(self, place: str) -> tuple[str, ...]:
        translated = (texts[place] for texts in self.definition.translations.values() if place in texts)
        own = self.definition.texts.get(place)
        return (*((own,) if own else ()), *translated)

    def day_from(self, rule: RuleOfDay, day: date) -> date:
        return rule.from_(day, self._number, self.facts.is_open)

    def _number(self, name: str) -> int:
        number = self.value(name)
        if not isinstance(number, int):
            raise PackError(f"value '{name}' is no number, and procedures/{self.definition.id}.yaml counts with it")
        return number

    def _fee(self, fee: Fee) -> int | None:
        """None while the answer that decides is missing."""
        day = self.today
        if fee.day_of:
            chosen = iso_day(self.get(fee.day_of))
            if chosen is None:
                return None
            day = chosen
        if fee.value:
            amount = plain_value(self.facts.locality.values.on(fee.value, day))
            return amount if isinstance(amount, int) else None
        key = self.get(fee.by)
        rows = (row for row in fee.rows if row.key == str(key) and (row.valid_from or day) <= day <= (row.valid_until or day))
        return next((row.amount for row in rows), None)


def plain_value(written: str) -> int | str:
    """1,000円 → 1000, 3 → 3; what begins with no number stays a text, and so does a telephone number or a date."""
    match = LEADING_NUMBER.match(written)
    rest = written[match.end() :] if match else ""
    if match is None or re.match(r"[-/:.]?\d|[-/:〜~]", rest):
        return written
    return int(match[0].replace(",", ""))
