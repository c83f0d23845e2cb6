"""Runs every measurement and prints the tables; absolute times hold on an idle machine, so the load stands beside them."""

import os
import tempfile
from pathlib import Path

from tests.benchmark.acknowledging import bare_rate, durable_rate
from tests.benchmark.answering import measure_answers
from tests.benchmark.following import measure_following
from tests.benchmark.processes import ServedProduct
from tests.benchmark.searching import CASES, SMALL, search_lines
from tests.benchmark.table import Line, print_table

CONNECTIONS = 32
SECONDS = 6.0


def main() -> None:
    """Each part is printed once it is measured, so that what goes wrong later takes nothing away."""
    for measure in (acknowledgement_lines, answer_lines, following_lines, small_search_lines):
        print_table(measure(), load=os.getloadavg())


def acknowledgement_lines() -> list[Line]:
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as folder, ServedProduct(Path(folder), workers=0) as product:
        lines.append(
            Line(
                name="/livez after process start",
                value=product.livez_seconds,
                unit="s",
                target="≤ 2",
                is_met=product.livez_seconds <= 2,
            )
        )
        lines.append(Line(name="/readyz after process start (first start)", value=product.readyz_seconds, unit="s", target=""))
        for events, least in ((1, 0.6), (5, 0.5)):
            bare = bare_rate(events, CONNECTIONS, SECONDS)
            durable = durable_rate(product, events, CONNECTIONS, SECONDS)
            ratio = durable.rate / bare.rate
            lines.append(Line(name=f"bare FastAPI POST route, {events} event(s) a body", value=bare.rate, unit="/s", target="yardstick"))
            lines.append(Line(name=f"durable acknowledgement, {events} event(s) a body", value=durable.rate, unit="/s", target=""))
            lines.append(Line(name="    ratio", value=ratio, unit="×", target=f"≥ {least}", is_met=ratio >= least))
            lines.append(
                Line(
                    name="    the same by processor time (steady under load)", value=bare.processor / durable.processor, unit="×", target=""
                )
            )
            lines.append(Line(name="    p99", value=durable.p99, unit="ms", target="≤ 50", is_met=durable.p99 <= 50))
            lines.append(Line(name="    answers other than 200", value=durable.failures, unit="", target="0", is_met=durable.failures == 0))
    return lines


def answer_lines() -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as folder:
        return measure_answers(Path(folder)).lines()


def following_lines() -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as folder:
        return measure_following(Path(folder)).lines()


def small_search_lines() -> list[Line]:
    return search_lines([case for case in CASES if case.count == SMALL])


if __name__ == "__main__":
    main()
