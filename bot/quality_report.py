"""What was measured → lines for a terminal, and a page with plots that needs nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from bot.measuring import Decided, Measured, Point
from core.yaml_text import read_yaml

TARGETS = Path(__file__).parent / "quality_targets.yaml"
TEMPLATES = Path(__file__).parent / "templates"
BINS = 8
FEWEST_IN_BIN = 3
CITY_WITH_RESIDENTS = "residents_held_out"


class Aim(BaseModel):
    """What a figure is compared with; the file tells where baselines come from."""

    model_config = ConfigDict(extra="forbid")

    key: str
    label: str
    target: dict[str, float]
    """By mode of search."""
    at_most: bool = False
    baselines: dict[str, float] = Field(default_factory=dict)
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the comparison."""

    label: str
    value: float
    target: float | None
    is_met: bool | None
    baselines: str
    unit: str
    at_most: bool

    def __str__(self) -> str:
        shown = f"{self.value:8.1f}" if self.unit else f"{self.value:8.3f}"
        wanted = "" if self.target is None else f"{'<' if self.at_most else '>'}= {self.target:g}{self.unit} {'o' if self.is_met else 'x'}"
        return f"{self.label}\t{shown.strip()}{self.unit}\t{wanted}\t{self.baselines}"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bin of the reliability diagram: mean confidence, share that was right, how many."""

    expected: float
    actual: float
    count: int


def figures(measured: Measured) -> list[Figure]:
    """In the order of the targets' file; what was not measured is left out."""
    values = dict(_values(measured))
    aims = [Aim.model_validate(fields) for fields in read_yaml(TARGETS.read_text(encoding="utf-8"))["figures"]]
    return [_figure(aim, values[aim.key], measured.mode.value) for aim in aims if aim.key in values]


def in_lines(measured: Sequence[Measured]) -> str:
    """All figures of all modes, one a line, tabs between the columns."""
    lines = []
    for one in measured:
        lines += [f"[{one.mode.value}]", *map(str, figures(one))]
        lines += [f"x\t{text}" for text in one.wrong]
    return "\n".join(lines)


def write_report(measured: Sequence[Measured], folder: Path) -> list[Path]:
    """Writes quality.html and the plots as files of their own; returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    plots = {}
    for one in measured:
        points = {"judged": one.judged, **one.city}
        own = {name: decided for name, decided in points.items() if decided is not None and name in {"judged", CITY_WITH_RESIDENTS}}
        for name, decided in own.items():
            plot = environment.get_template("plots.svg").render(bars=reliability(decided.points), curve=list(coverage_curve(decided)))
            plots[one.mode.value, name] = plot
    page = environment.get_template("quality.html").render(
        modes=[{"name": one.mode.value, "figures": figures(one), "styles": by_style(one), "wrong": one.wrong} for one in measured],
        # The plots come from a template of ours that escapes what it is given.
        plots=[{"mode": mode, "name": name, "svg": Markup(svg)} for (mode, name), svg in plots.items()],  # noqa: S704
    )
    written = {folder / "quality.html": page} | {folder / f"{mode}-{name}.svg": svg for (mode, name), svg in plots.items()}
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    return list(written)


def reliability(points: Sequence[Point]) -> list[Bar]:
    """Bins of equal width; those with hardly any question are left out."""
    bars = []
    for number in range(BINS):
        own = [point for point in points if min(BINS - 1, int(point.confidence * BINS)) == number]
        if len(own) >= FEWEST_IN_BIN:
            expected = sum(point.confidence for point in own) / len(own)
            bars.append(Bar(expected=expected, actual=sum(point.is_right for point in own) / len(own), count=len(own)))
    return bars


def coverage_curve(decided: Decided) -> Iterator[tuple[float, float]]:
    """Coverage and precision were only the surest answered, from the tenth question on; below that the curve is chance."""
    right = 0
    for number, point in enumerate(sorted(decided.points, key=lambda point: -point.confidence), start=1):
        right += point.is_right
        if number >= 10:
            yield number / max(1, decided.asked), right / number


def by_style(measured: Measured) -> list[tuple[str, int, int, int]]:
    """Style → how many questions of the sample city were decided, answered, answered rightly."""
    points = [point for decided in measured.city.values() for point in decided.points]
    return [
        (
            style,
            sum(point.style == style for point in points),
            sum(point.style == style and point.is_answered for point in points),
            sum(point.style == style and point.is_answered and point.is_right for point in points),
        )
        for style in sorted({point.style for point in points})
    ]


def _values(measured: Measured) -> Iterator[tuple[str, float]]:
    for prefix, quality in (("quality", measured.quality), ("held_out", measured.held_out)):
        if quality is not None:
            yield from ((f"{prefix}.{name}", getattr(quality, name)) for name in ("recall", "ndcg", "success_at_1", "reciprocal_rank"))
    if measured.judged is not None:
        yield "judged.precision", measured.judged.precision
        yield "judged.coverage", measured.judged.coverage
        yield from ((f"judged_held_out.{name}", value) for name, value in measured.judged_held_out.items())
    for name, decided in (("city", measured.whole_city), *measured.city.items()):
        yield f"{name}.precision", decided.precision
        yield f"{name}.coverage", decided.coverage
    yield "small_talk", measured.small_talk_answered
    yield "elsewhere", measured.elsewhere_answered
    yield "p50", measured.p50
    yield "p95", measured.p95


def _figure(aim: Aim, value: float, mode: str) -> Figure:
    target = aim.target.get(mode)
    is_met = None if target is None else value <= target if aim.at_most else value >= target
    baselines = ", ".join(f"{name} {number:g}" for name, number in aim.baselines.items())
    return Figure(label=aim.label, value=value, target=target, is_met=is_met, baselines=baselines, unit=aim.unit, at_most=aim.at_most)
