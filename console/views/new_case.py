"""The form of a case that is opened by hand."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.views.choices import Choice
from console.views.entry_form import FieldProblem

FIELDS = ("channel", "title", "contact", "matter", "department", "language", "priority", "is_mine")


@dataclass(frozen=True, kw_only=True)
class NewCaseView:
    """What the fields hold, as it was typed."""

    values: Mapping[str, str]
    submission: str
    channels: tuple[Choice, ...]
    departments: tuple[Choice, ...]
    languages: tuple[Choice, ...]
    priorities: tuple[Choice, ...]
    limit: int
    problems: tuple[FieldProblem, ...] = ()

    def problems_of(self, field: str) -> tuple[FieldProblem, ...]:
        return tuple(problem for problem in self.problems if problem.field == field)
