"""A resident who fills in a procedure, without a bot around it."""

from dataclasses import replace
from datetime import date, datetime

from core.clock import JAPAN
from core.messages import Language
from core.pack_loading import load_pack
from handoff.business_hours import closure_reason, intervals_of
from handoff.holidays import is_national_holiday
from procedures.definition import Definition
from procedures.facts import Facts
from procedures.filling import begin, fill
from procedures.loading import load_procedures
from procedures.progress import Progress
from procedures.said import Chose, ChoseToEdit, Command, Confirmed, Gave, Said, UsedKnown, Words
from procedures.state import dump_filling, load_filling
from procedures.steps import Ask, Confirm, Step
from procedures.wording import Wording

PACK = load_pack("shiomi")
PROCEDURES = load_procedures("shiomi")
NOW = datetime(2026, 11, 29, 10, 0, tzinfo=JAPAN)
"""A Sunday."""


def sample_facts(department_id: str = "environment", **changes: object) -> Facts:
    department = PACK.departments[department_id]

    def is_open(day: date) -> bool:
        return bool(intervals_of(department, PACK.calendar, day, is_national_holiday))

    def is_closure(day: date) -> bool:
        return closure_reason(department, PACK.calendar, day, lambda _: False) is not None

    facts = Facts(locality=PROCEDURES.locality, is_open=is_open, is_closure=is_closure, is_holiday=is_national_holiday)
    return replace(facts, **changes)  # type: ignore[arg-type]


class Talk:
    """Goes on from step to step; the state is stored and read again between any two, as a restart would."""

    def __init__(
        self, procedure: str | Definition, words: str = "", *, now: datetime = NOW, facts: Facts | None = None, uid: str = "uid"
    ) -> None:
        self.definition = PROCEDURES.definitions[procedure] if isinstance(procedure, str) else procedure
        self.now = now
        self.facts = facts or sample_facts()
        self.step: Step = begin(
            self.definition, PROCEDURES.digests.get(self.definition.id, "own"), uid, now=now, facts=self.facts, words=words
        )

    def do(self, said: Said) -> Step:
        state = load_filling(dump_filling(self.step.state))
        self.step = fill(self.definition, state, said, now=self.now, facts=self.facts)
        return self.step

    def say(self, *texts: str) -> Step:
        for text in texts:
            self.do(Words(text=text))
        return self.step

    def tap(self, value: str) -> Step:
        return self.do(Chose(field=self.field, value=value))

    def command(self, command: Command) -> Step:
        return self.do(Gave(command=command))

    def edit(self, field: str) -> Step:
        return self.do(ChoseToEdit(field=field))

    def use_known(self, accepted: bool = True) -> Step:
        return self.do(UsedKnown(accepted=accepted))

    def confirm(self) -> Step:
        assert isinstance(self.step, Confirm), self.step
        return self.do(Confirmed(fingerprint=self.step.fingerprint))

    @property
    def field(self) -> str:
        assert isinstance(self.step, Ask), self.step
        return self.step.field

    @property
    def answers(self) -> dict[str, object]:
        return dict(self.step.state.answers)

    def wording(self, language: Language = Language.JAPANESE) -> Wording:
        progress = Progress(definition=self.definition, state=self.step.state, facts=self.facts, now=self.now)
        return Wording(self.definition, PACK, language, progress)

    @property
    def problem(self) -> str:
        assert isinstance(self.step, Ask), self.step
        return self.wording().line(self.step.problem) if self.step.problem is not None else ""

    @property
    def notes(self) -> str:
        return "\n".join(self.wording().line(note) for note in getattr(self.step, "notes", ()))

    @property
    def labels(self) -> list[str]:
        assert isinstance(self.step, Ask), self.step
        return [self.wording().label(option.label) for option in self.step.options]

    @property
    def summary(self) -> dict[str, str]:
        return {shown.label: shown.text for shown in self.wording().summary()}
