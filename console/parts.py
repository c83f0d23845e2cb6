"""All parts of pages that follow changes, by name."""

from console.application_parts import APPLICATION_PARTS
from console.case_parts import CASE_PARTS
from console.list_parts import LIST_PARTS
from console.live.parts import Part

PARTS: dict[str, Part] = {**CASE_PARTS, **LIST_PARTS, **APPLICATION_PARTS}
