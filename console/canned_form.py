"""The form of a prepared reply: its fields as text, and what they mean or what is wrong with them."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from console.entry_form import Problems, day_of
from console.forms import TextForm
from console.permissions import Permission
from console.texts import say
from console.views.canned import FIELDS, TEXT_LIMIT, Scope, then_choices
from console.visiting import Visit
from core.clock import JAPAN
from core.text import normalise
from core.values import placeholders
from handoff.canned import VARIABLES, CannedWords

SHORTCUT = re.compile(r"[^\s/{}]{1,32}")
TITLE_LIMIT = 100
BROKEN_GAP = re.compile(r"\{\{(?!\s*[a-z0-9_.-]+\s*\}\})|(?<!\{)\{(?!\{)")


class CannedForm(TextForm):
    """`seen` is when the reply was last changed, as of the page; `scope` is own, all or department:ID."""

    id: str = ""
    shortcut: str = ""
    title: str = ""
    text: str = ""
    scope: str = Scope.OWN.value
    valid_from: str = ""
    valid_until: str = ""
    then: str = ""
    seen: str = ""
    submission: str = ""

    @property
    def values(self) -> Mapping[str, str]:
        return {name: getattr(self, name) for name in FIELDS}


def words_and_problems(form: CannedForm, visit: Visit) -> tuple[CannedWords, Problems]:
    """With problems the words are only good for showing them again."""
    problems: list[tuple[str, str]] = []
    shortcut = normalise(form.shortcut).lstrip("/")
    if not SHORTCUT.fullmatch(shortcut):
        problems.append(("shortcut", say("problem.shortcut_bad")))
    title, text = form.title.strip(), form.text.strip()
    if not title or len(title) > TITLE_LIMIT:
        problems.append(("title", say("problem.title_bad", limit=TITLE_LIMIT)))
    problems += [("text", problem) for problem in text_problems(text, visit)]
    first, problem = day_of(form.valid_from)
    problems += [("valid_from", problem)] if problem else []
    last, problem = day_of(form.valid_until)
    problems += [("valid_until", problem)] if problem else []
    if first is not None and last is not None and last < first:
        problems.append(("valid_until", say("problem.ends_before_beginning")))
    scope, _, department_id = form.scope.partition(":")
    if not may_keep(visit, scope, department_id or None):
        problems.append(("scope", say("problem.scope_bad")))
    if form.then and form.then not in {choice.value for choice in then_choices(visit.pack)}:
        problems.append(("then", say("problem.choice_bad")))
    words = CannedWords(
        shortcut=shortcut,
        title=title,
        text=text,
        department_id=department_id or None if scope == Scope.DEPARTMENT else None,
        owner_id=visit.visitor.staff_id if scope == Scope.OWN else None,
        valid_from=midnight(first) if first is not None else None,
        valid_until=midnight(last + timedelta(days=1)) if last is not None else None,
        then=form.then,
    )
    return words, tuple(problems)


def text_problems(text: str, visit: Visit) -> list[str]:
    if not text or len(text) > TEXT_LIMIT:
        return [say("problem.text_bad", limit=TEXT_LIMIT)]
    if BROKEN_GAP.search(text):
        return [say("problem.gap_broken")]
    unknown = dict.fromkeys(key for key in placeholders(text) if key not in VARIABLES and key not in visit.pack.values)
    return [say("problem.gap_unknown", key=key) for key in unknown]


def may_keep(visit: Visit, scope: str, department_id: str | None) -> bool:
    """Everybody keeps their own and those of their department; what all use is for supervisors."""
    match scope:
        case Scope.OWN:
            return True
        case Scope.DEPARTMENT:
            is_own = department_id == visit.visitor.department_id or visit.may(Permission.SUPERVISE)
            return department_id in visit.pack.departments and is_own
        case Scope.ALL:
            return visit.may(Permission.SUPERVISE)
        case _:
            return False


def midnight(day: date) -> datetime:
    """The beginning of a day in Japan."""
    return datetime.combine(day, time(), JAPAN).astimezone(UTC)
