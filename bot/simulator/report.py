"""Collecting what is wrong with one object of a request, under the path of its properties."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.simulator.api_call import ErrorDetail
from bot.simulator.records import Json, Rule
from bot.simulator.strict_models import MISSING, join


@dataclass(frozen=True, kw_only=True)
class Report:
    path: str
    rule: Rule
    details: list[ErrorDetail]

    def blame(self, name: str, message: str, rule: Rule | None = None) -> None:
        self.details.append(ErrorDetail(message=message, property=join(self.path, name), rule=rule or self.rule))

    def missing(self, value: Json, *names: str) -> None:
        for name in names:
            if value.get(name) is None:
                self.blame(name, MISSING)

    def size(self, value: Json, name: str, least: int, most: int) -> None:
        if value.get(name) is not None and not least <= len(value[name]) <= most:
            self.blame(name, f"Size must be between {least} and {most}")

    def within(self, name: str) -> "Report":
        return Report(path=join(self.path, name), rule=self.rule, details=self.details)


Check = Callable[[Json, Report], None]
Checks = Mapping[str, Sequence[Check]]
