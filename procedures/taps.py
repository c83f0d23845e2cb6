"""What the buttons of a procedure mean. `filling` is the one that a button belongs to: those of an earlier one change nothing."""

from dataclasses import dataclass

from core.messages import TapValue


@dataclass(frozen=True, kw_only=True)
class StartProcedure(TapValue):
    """Wants to begin it. `words` and `entry` are what was asked and answered before; `anew` drops what was begun earlier."""

    procedure: str
    words: str = ""
    entry: str = ""
    anew: bool = False


@dataclass(frozen=True, kw_only=True)
class AnswerField(TapValue):
    """Answers a question; beside a date picker the value is empty and the day comes back with it."""

    filling: str
    field: str
    value: str


@dataclass(frozen=True, kw_only=True)
class EditField(TapValue):
    """Wants to answer this field anew."""

    filling: str
    field: str


@dataclass(frozen=True, kw_only=True)
class GiveCommand(TapValue):
    """戻る, 修正, あとで続ける, やめる, 職員に相談, 続きから; one of `procedures.said.Command`."""

    filling: str
    command: str


@dataclass(frozen=True, kw_only=True)
class UseKnown(TapValue):
    """Takes what was given earlier, or does not."""

    filling: str
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class ConfirmFilling(TapValue):
    """Submits what the card with this fingerprint showed."""

    filling: str
    fingerprint: str
    keeps: bool = False


@dataclass(frozen=True, kw_only=True)
class KeepAnswer(TapValue):
    """Says of one answer whether it may be kept for the next procedure; without a field, wants to see which may."""

    filling: str
    field: str = ""
    keeps: bool = False


@dataclass(frozen=True, kw_only=True)
class FilledPage(TapValue):
    """Has entered on a page what must not be asked in the talk. No button has it: the page itself puts it into the talk."""

    filling: str


@dataclass(frozen=True, kw_only=True)
class ShowProcedures(TapValue):
    """Wants to see what can be applied for."""


@dataclass(frozen=True, kw_only=True)
class ShowApplications(TapValue):
    """Wants to know how their applications stand."""


@dataclass(frozen=True, kw_only=True)
class ShowApplication(TapValue):
    """Wants to know how this one stands."""

    application: int


@dataclass(frozen=True, kw_only=True)
class ChangeApplication(TapValue):
    """Wants to change its answers."""

    application: int


@dataclass(frozen=True, kw_only=True)
class WithdrawApplication(TapValue):
    """Wants to take it back; `sure` once that was asked."""

    application: int
    sure: bool = False


@dataclass(frozen=True, kw_only=True)
class ReopenApplication(TapValue):
    """Says that it is not done yet; `silent` where there is nothing to add."""

    application: int
    silent: bool = False


@dataclass(frozen=True, kw_only=True)
class ShowMyData(TapValue):
    """Wants to see what is kept of them."""


@dataclass(frozen=True, kw_only=True)
class ChooseDatum(TapValue):
    """Wants to delete one thing that is kept; which is still to be said."""


@dataclass(frozen=True, kw_only=True)
class DeleteDatum(TapValue):
    """Deletes what is kept of this kind."""

    datum: str


@dataclass(frozen=True, kw_only=True)
class DeleteMyData(TapValue):
    """Deletes everything; `sure` once that was asked, `kept` for only what is offered again."""

    sure: bool = False
    kept: bool = False


@dataclass(frozen=True, kw_only=True)
class KeepMyData(TapValue):
    """Deletes nothing after all."""
