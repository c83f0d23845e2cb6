"""What is wrong with a definition that only shows when its parts are seen together, or beside the pack. Pure."""

from collections.abc import Iterator

from core.pack import Pack
from core.values import placeholders
from procedures.conditions import Plain
from procedures.definition import Definition, conditions_of
from procedures.explaining import near
from procedures.facts import Locality
from procedures.fields.base import Field
from procedures.fields.choosing import ChoiceField, YesNoField
from procedures.wording import GAP

OWN_GAPS = frozenset({"number", "reason", "deadline", "count"})
"""What the product fills in besides answers."""


def problems_of(definition: Definition, pack: Pack, locality: Locality) -> Iterator[tuple[str, str]]:
    """What only shows when the parts are seen together, or beside the pack: place and remedy."""
    names = [field.name for field in definition.fields]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"field '{name}'", "there are two of this name"
    if definition.department not in pack.departments:
        yield "department", f"'{definition.department}' is not in departments.yaml{near(definition.department, list(pack.departments))}"
    for field in definition.asked:
        if not field.ask:
            yield f"field '{field.name}'", "ask is missing: what shall residents be asked?"
        if field.sensitive and not field.is_for_pages:
            yield f"field '{field.name}'", f"sensitive: a field of type '{field.type}' can't be entered on a page"
        yield from _assumed(field)
    for state in ("returned", "accepted", "done", "refused"):
        if state not in definition.tells:
            yield "tells", f"'{state}' is missing: what are residents told then?"
    yield from _paths(definition)
    yield from _entry_answers(definition)
    looked_at = [
        (where, path.removeprefix("value."))
        for where, one in conditions_of(definition)
        for path in one.paths()
        if path.startswith("value.")
    ]
    for where, value in (*definition.value_names(), *looked_at):
        if value not in pack.values:
            yield where, f"no value '{value}' in values/"
    yield from _texts(definition, pack)
    for field in definition.fields:
        for code in (*getattr(field, "quick", ()), *getattr(field, "bundles", ()), *getattr(field, "max_of", ())):
            if isinstance(code, str) and code not in {item.code for item in locality.waste.items}:
                yield f"field '{field.name}'", f"no item '{code}' in waste_items.csv"


def _paths(definition: Definition) -> Iterator[tuple[str, str]]:
    """Conditions look only at what was asked before, so that filling never waits for itself."""
    for place, (name, field) in enumerate((field.name, field) for field in definition.fields):
        earlier = {other.name for other in definition.fields[:place]}
        gates = list(field.gates())
        own = [path for condition in field.conditions() if condition not in gates for path in condition.paths()]
        wanted = [*field.paths(), *(path for condition in gates for path in condition.paths())]
        for path in wanted:
            yield from ((f"field '{name}'", problem) for problem in _path_problems(definition, path, earlier))
        for path in own:
            yield from ((f"field '{name}'", problem) for problem in _path_problems(definition, path, {*earlier, name}))
    everything = {field.name for field in definition.fields}
    for where, condition in conditions_of(definition):
        if not where.startswith("field "):
            for path in condition.paths():
                yield from ((where, problem) for problem in _path_problems(definition, path, everything))
    for name, fee in definition.fees.items():
        for path in filter(None, (fee.day_of, fee.by)):
            yield from ((f"fees.{name}", problem) for problem in _path_problems(definition, path, everything))
    used = [("checks", check.field) for check in definition.checks]
    used += [("window", definition.window.day), *(("window", name) for name in definition.window.fields)] if definition.window else []
    used += [("reminders", reminder.day) for reminder in definition.reminders]
    if definition.doubles is not None:
        used += [("doubles", name) for name in (definition.doubles.place, *definition.doubles.same) if name]
    used += [(f"field '{field.name}'", field.asked_by) for field in definition.fields if field.asked_by]
    used += [(f"field '{field.name}'", field.place_to) for field in definition.fields if getattr(field, "place_to", "")]  # type: ignore[attr-defined]
    for where, path in used:
        yield from ((where, problem) for problem in _path_problems(definition, path, everything))


def _assumed(field: Field) -> Iterator[tuple[str, str]]:
    if field.assumed is None:
        return
    allowed: list[Plain] = [True, False] if isinstance(field, YesNoField) else []
    if isinstance(field, ChoiceField):
        allowed = [row.value for row in field.options_]
    if field.assumed.value not in allowed:
        yield f"field '{field.name}'", f"assumed: '{field.assumed.value}' is no answer to it; only yes_no and choice can have one"


def _entry_answers(definition: Definition) -> Iterator[tuple[str, str]]:
    """Only of what is chosen: whatever else an entry said could be wrong for whoever reads it."""
    for entry, answers in definition.entry_answers.items():
        if entry not in definition.entries:
            yield "entry_answers", f"'{entry}' is not among entries{near(entry, list(definition.entries))}"
        for name, value in answers.items():
            field = definition.by_name.get(name)
            if not isinstance(field, ChoiceField):
                yield "entry_answers", f"'{name}' is no field of type 'choice'{near(name, list(definition.by_name))}"
            elif value not in [row.value for row in field.options_]:
                yield "entry_answers", f"'{name}' has no choice '{value}'{near(str(value), [row.value for row in field.options_])}"


def _path_problems(definition: Definition, path: str, among: set[str]) -> Iterator[str]:
    head, _, rest = path.partition(".")
    if head in ("fact", "today", "value"):
        return
    if head == "kept":
        kinds = [field.keeps for field in definition.fields if field.keeps]
        if rest not in kinds:
            yield f"'{rest}' is kept by no field{near(rest, kinds)}"
        return
    if head == "fees":
        if rest not in definition.fees:
            yield f"no fee '{rest}'{near(rest, list(definition.fees))}"
        return
    if head not in among:
        later = head in definition.by_name
        yield (
            f"'{head}' is asked later; only what was asked before can be looked at"
            if later
            else f"no field '{head}'{near(head, sorted(among))}"
        )
        return
    field = definition.by_name[head]
    if rest and rest not in field.part_names:
        yield f"'{head}' has no part '{rest}'{near(rest, list(field.part_names))}"


def _texts(definition: Definition, pack: Pack) -> Iterator[tuple[str, str]]:
    for language, texts in definition.translations.items():
        for place in texts:
            if place not in definition.texts:
                yield f"translations.{language.value}", f"no text '{place}'{near(place, list(definition.texts))}"
    translated = [(place, text) for texts in definition.translations.values() for place, text in texts.items()]
    for place, text in (*definition.texts.items(), *translated):
        for value in placeholders(text):
            if value not in pack.values:
                yield place, f"no value '{value}' in values/"
        for gap in GAP.findall(text.replace("{{", "").replace("}}", "")):
            head = gap.partition(".")[0]
            if gap not in OWN_GAPS and head not in definition.by_name and head not in ("fees", "fact"):
                yield place, f"'{{{gap}}}' is no answer{near(head, list(definition.by_name))}"
