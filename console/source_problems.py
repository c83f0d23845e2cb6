"""What forbids to use a definition, said in Japanese beside the field, with the line of the YAML."""

import re
from dataclasses import dataclass

from console.texts import say
from procedures.examining import SourceProblem

NEAR = r"(?: \(did you mean '(?P<near>.+)'\?\))?"
FIELD = re.compile(r"field '(?P<name>.+)'")
EMPTY = "must not be empty"
SHAPES = (
    ("empty", re.compile(EMPTY)),
    ("gap", re.compile(rf"'\{{(?P<name>.+)\}}' is no answer{NEAR}")),
    ("value", re.compile(r"no value '(?P<name>.+)' in values/")),
    ("unknown_key", re.compile(rf"unknown key '(?P<name>.+?)'{NEAR}")),
    ("no_type", re.compile(r"(?:'.+': )?unknown type 'None'.*")),
    ("unknown_type", re.compile(rf"(?:'.+': )?unknown type '(?P<name>.+?)'{NEAR}")),
    ("needed", re.compile(r"'(?P<name>.+)': Field required")),
    ("yaml_colon", re.compile(r"not valid YAML: mapping values are not allowed.*")),
    ("yaml_tab", re.compile(r"not valid YAML: found .*(?:tab character|'\\t').*")),
    ("yaml_bracket", re.compile(r"not valid YAML: did not find expected ',' or '[\]}]'")),
    ("yaml_quote", re.compile(r"not valid YAML: found unexpected end of stream")),
    ("yaml_indent", re.compile(r"not valid YAML: did not find expected (?:key|'-' indicator|<document start>)")),
    ("yaml_character", re.compile(r"not valid YAML: found character that cannot start any token")),
    ("yaml", re.compile(r"not valid YAML: .+", re.DOTALL)),
    ("aliases", re.compile(r"aliases can't be used")),
    ("deep", re.compile(r"nested too deeply")),
    ("mapping", re.compile(r"names with values are needed")),
    ("same_name", re.compile(r"there are two of this name")),
    ("no_ask", re.compile(r"ask is missing: .+")),
    ("no_tells", re.compile(r"'(?P<name>.+)' is missing: what are residents told then\?")),
    ("no_field", re.compile(rf"no field '(?P<name>.+?)'{NEAR}")),
    ("no_fee", re.compile(rf"no fee '(?P<name>.+?)'{NEAR}")),
    ("no_part", re.compile(rf"'(?P<field>.+)' has no part '(?P<name>.+?)'{NEAR}")),
    ("later", re.compile(r"'(?P<name>.+)' is asked later; .+")),
    ("no_text", re.compile(rf"no text '(?P<name>.+?)'{NEAR}")),
    ("department", re.compile(rf"'(?P<name>.+?)' is not in departments\.yaml{NEAR}")),
    ("item", re.compile(r"no item '(?P<name>.+)' in waste_items\.csv")),
    ("id", re.compile(r"'(?P<name>.+)': '(?P<near>.+)' is needed")),
)
"""How procedures/checking.py says it, by the keys of `source_problem`."""


@dataclass(frozen=True, kw_only=True)
class ProblemLine:
    """One problem: the input that it belongs to, where the form has one, and the line."""

    field: str
    label: str
    text: str
    line: int


def problem_words(problem: SourceProblem) -> str:
    """In the words of the check where nobody has written better ones."""
    for key, shape in SHAPES:
        match = shape.fullmatch(problem.said)
        if match is not None:
            found = {name: value or "" for name, value in match.groupdict().items()}
            said = say(f"source_problem.{key}", **{name: value for name, value in found.items() if name != "near" or key == "id"})
            return said + (say("source_problem.near", near=found["near"]) if found.get("near") and key != "id" else "")
    return say("source_problem.other", said=problem.said)


def _where(where: str) -> str:
    field = FIELD.fullmatch(where)
    return say("source_problem.field", name=field["name"]) if field is not None else where


def problem_line(problem: SourceProblem, label: str = "") -> ProblemLine:
    return ProblemLine(field=problem.place, label=label or _where(problem.where), text=problem_words(problem), line=problem.line)
