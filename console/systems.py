"""What the pages for other systems need besides the console: tokens, endpoints, and which procedures there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from procedures.loading import Procedures
from procedures.outside.endpoints import Endpoints
from procedures.outside.tokens import Tokens


@dataclass(frozen=True, kw_only=True)
class Systems:
    """Built once; safe to share between threads."""

    tokens: Tokens
    endpoints: Endpoints
    procedures: Callable[[str], Procedures]

    def titles(self, municipality_id: str) -> Mapping[str, str]:
        """The names of procedures by their ids."""
        return {key: definition.title for key, definition in self.procedures(municipality_id).definitions.items()}
