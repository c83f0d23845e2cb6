"""The table of figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, kw_only=True)
class Line:
    """A figure beside its target; `is_met` is None where there is none."""

    name: str
    value: float
    unit: str
    target: str
    is_met: bool | None = None


def print_table(lines: Sequence[Line], *, load: tuple[float, float, float]) -> None:
    table = Table(title=f"load average {load[0]:.1f} {load[1]:.1f} {load[2]:.1f}")
    for heading in ("measure", "value", "target", ""):
        table.add_column(heading, justify="right" if heading == "value" else "left")
    for line in lines:
        mark = "" if line.is_met is None else "met" if line.is_met else "MISSED"
        table.add_row(line.name, f"{line.value:,.2f} {line.unit}", line.target, mark)
    Console(width=120).print(table)
