"""Link tokens: issued for a person, used once within ten minutes."""

from dataclasses import dataclass

LIFE_MS = 10 * 60_000


@dataclass(kw_only=True)
class LinkToken:
    person_id: str
    issued_at: int
    is_used: bool = False


class LinkTokens:
    """The tokens of one account; the caller holds the platform's lock."""

    def __init__(self) -> None:
        self._tokens: dict[str, LinkToken] = {}

    def issue(self, token: str, person_id: str, *, now: int) -> None:
        self._tokens[token] = LinkToken(person_id=person_id, issued_at=now)

    def use(self, token: str, person_id: str, *, now: int) -> bool:
        known = self._tokens.get(token)
        if known is None or known.is_used or known.person_id != person_id or now > known.issued_at + LIFE_MS:
            return False
        known.is_used = True
        return True
