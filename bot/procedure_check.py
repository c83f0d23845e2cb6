"""Checking a municipality's procedures and playing them through, for `main.py procedures check`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.procedure_facts import calendar_facts
from bot.texts import say
from core.pack import Pack
from procedures.loading import Procedures
from procedures.rehearsing import Played, Rehearsal, known_from, median_questions, play


def check_report(pack: Pack, procedures: Procedures, rehearsals: Sequence[Rehearsal], now: datetime) -> tuple[str, bool]:
    """Lines to read, and whether everybody came to the end that was written for them. Raises PackError where a script does not fit."""
    first = [_played(pack, procedures, one, now) for one in rehearsals]
    again = [_played(pack, procedures, played.rehearsal, now, before=played) for played in first if played.end == "completed"]
    lines = [say("procedures.loaded", count=len(procedures.definitions))]
    medians, medians_again = median_questions(first), median_questions(again)
    for name, definition in procedures.definitions.items():
        if name in medians:
            lines.append(say("procedures.median", title=definition.title, first=_shown(medians[name]), again=_shown(medians_again[name])))
        else:
            lines.append(say("procedures.unplayed", title=definition.title))
    wrong = [played for played in first if played.end != played.rehearsal.ends]
    lines += [say("procedures.other_end", about=one.rehearsal.about, end=one.end, wanted=one.rehearsal.ends) for one in wrong]
    return "\n".join(lines), not wrong


def _played(pack: Pack, procedures: Procedures, rehearsal: Rehearsal, now: datetime, *, before: Played | None = None) -> Played:
    facts = calendar_facts(pack, procedures, procedures.definitions[rehearsal.procedure])
    known = known_from(procedures, before) if before is not None else {}
    return play(procedures, rehearsal, replace(facts, known=known), now)


def _shown(number: float) -> str:
    return f"{number:g}"
