"""A procedure with questions that must not be asked in the talk, beside those of the sample city."""

from dataclasses import replace
from pathlib import Path

from procedures.loading import Procedures, digest_of, read_definition
from tests.procedures.talk import PACK, PROCEDURES

SOURCE = Path(__file__).with_name("sensitive.yaml").read_text(encoding="utf-8")
DEFINITION = read_definition(SOURCE, "procedures/child_allowance.yaml", PACK, PROCEDURES.locality)


def with_sensitive(procedures: Procedures = PROCEDURES) -> Procedures:
    name = DEFINITION.id
    return replace(
        procedures,
        definitions={**procedures.definitions, name: DEFINITION},
        digests={**procedures.digests, name: digest_of(SOURCE)},
        sources={**procedures.sources, name: SOURCE},
    )
