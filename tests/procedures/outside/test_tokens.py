"""Tokens: shown once, kept as a hash, of one municipality, over when they are revoked or expire."""

from datetime import timedelta

import pytest

from core.database import Database
from procedures.outside.models import ApiToken
from procedures.outside.queries import note_use
from procedures.outside.scopes import Scope
from procedures.outside.tokens import PREFIX, TokenRefusedError, Tokens, revoke
from tests.procedures.outside.office import KEYRING, Office

TOKENS = Tokens(KEYRING)


def make(office: Office, **changes: object) -> tuple[int, str]:
    wanted = {
        "municipality_id": "shiomi",
        "system": "収集システム",
        "scopes": [Scope.WRITE, Scope.READ],
        "procedures": ["oversized_waste"],
        "known_procedures": ("oversized_waste", "road_damage"),
        "staff_id": office.people.staff,
        "now": office.now,
    }
    with office.database.transaction() as session:
        row, token = TOKENS.make(session, **{**wanted, **changes})  # type: ignore[arg-type]
        return row.id, token


def test_token_says_whose_it_is_and_what_it_allows(database: Database) -> None:
    office = Office(database)
    token_id, token = make(office)
    assert token.startswith(PREFIX)
    with database.reading() as session:
        found = TOKENS.bearer(session, token, office.now)
        row = session.get_one(ApiToken, token_id)
        assert TOKENS.bearer(session, token[:-1] + ("A" if token[-1] != "A" else "B"), office.now) is None
        assert TOKENS.bearer(session, "", office.now) is None
    assert found is not None
    bearer, is_to_be_noted = found
    assert is_to_be_noted
    assert (bearer.municipality_id, bearer.system) == ("shiomi", "収集システム")
    assert bearer.may(Scope.WRITE)
    assert not bearer.may(Scope.SENSITIVE)
    assert bearer.sees("oversized_waste")
    assert not bearer.sees("road_damage")
    stored = " ".join(str(value) for value in (row.token_hash, row.hint, row.scopes, row.system))
    assert token not in stored
    assert row.scopes == ["applications:read", "applications:write"], "in a fixed order"


def test_revoked_and_expired_tokens_open_nothing(database: Database) -> None:
    office = Office(database)
    token_id, token = make(office)
    _, short = make(office, expires_at=office.now + timedelta(days=1))
    with database.transaction() as session:
        assert TOKENS.bearer(session, short, office.now) is not None
        assert TOKENS.bearer(session, short, office.now + timedelta(days=1)) is None
        assert revoke(session, "aoba", token_id, office.now) is None, "of another municipality"
        assert TOKENS.bearer(session, token, office.now) is not None
        assert revoke(session, "shiomi", token_id, office.now) is not None
        assert TOKENS.bearer(session, token, office.now) is None
        assert revoke(session, "shiomi", token_id, office.now) is None, "once"


def test_use_is_noted_once_a_minute(database: Database) -> None:
    office = Office(database)
    token_id, token = make(office)
    with database.transaction() as session:
        note_use(session, token_id, office.now)

    def is_due(after: timedelta) -> bool:
        with database.reading() as session:
            found = TOKENS.bearer(session, token, office.now + after)
        assert found is not None
        return found[1]

    assert not is_due(timedelta(seconds=59))
    assert is_due(timedelta(seconds=60))


def test_token_that_makes_no_sense_is_not_made(database: Database) -> None:
    office = Office(database)
    make(office)
    for changes, problem in (
        ({"system": " "}, "system_bad"),
        ({"system": "あ" * 61}, "system_bad"),
        ({"system": "a\nb"}, "system_bad"),
        ({"scopes": []}, "scopes_bad"),
        ({"scopes": ["everything"]}, "scopes_bad"),
        ({"procedures": ["passport"]}, "procedures_bad"),
        ({"expires_at": office.now}, "expiry_past"),
    ):
        with pytest.raises(TokenRefusedError) as caught:
            make(office, **changes)
        assert caught.value.problem == problem
