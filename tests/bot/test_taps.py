"""What a button means comes back unchanged, or not at all."""

from dataclasses import MISSING, fields
from typing import get_type_hints

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.incoming import Tapped
from bot.line.inbound import read_event
from bot.line.parsing import parse_event
from bot.taps import (
    CODES,
    MAX_DATA,
    SIGNATURE_BYTES,
    TAPS,
    TO_LETTERS,
    AskEntry,
    ChooseLanguage,
    GiveReason,
    RateAnswer,
    ShowCategory,
    ShowFacilities,
    ShowMenu,
    TapSigner,
)
from core.errors import TamperedError
from core.messages import Language, TapValue
from procedures.taps import AnswerField, StartProcedure

SIGNER = TapSigner(b"a key", "shiomi")
VALUES = {
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    int: st.integers(min_value=0, max_value=10_000),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    Language: st.sampled_from(Language),
}


def signed_body(code: str, raw: bytes) -> str:
    """What stands behind the signature: the kind of value and its JSON in letters."""
    return f"{code}.{raw.hex().translate(TO_LETTERS)}"


def values_of(tap: type[TapValue]) -> st.SearchStrategy[TapValue]:
    """Where a kind holds several texts, no more than fits on a button."""
    hints = get_type_hints(tap)
    return st.builds(tap, **{field.name: VALUES[hints[field.name]] for field in fields(tap)}).filter(fits)


def fits(value: TapValue) -> bool:
    raw = orjson.dumps([getattr(value, field.name) for field in fields(value)])
    return 2 * len(raw) + 2 * SIGNATURE_BYTES + len("..pa") <= MAX_DATA


TAP_VALUES = st.one_of([values_of(tap) for tap in TAPS.values()])


@pytest.mark.parametrize("tap", TAPS.values())
@given(data=st.data())
def test_every_kind_of_value_survives_the_way_there_and_back(tap: type[TapValue], data: st.DataObject) -> None:
    value = data.draw(values_of(tap))
    encoded = SIGNER.encode(value)
    assert SIGNER.decode(encoded) == value
    assert SIGNER.encode(value) == encoded


def test_every_tapped_value_of_the_project_has_one_code() -> None:
    assert set(TAPS.values()) == set(TapValue.__subclasses__())
    assert len(CODES) == len(TAPS)


@given(TAP_VALUES, st.data())
def test_any_changed_character_is_refused(value: TapValue, data: st.DataObject) -> None:
    encoded = SIGNER.encode(value)
    place = data.draw(st.integers(min_value=0, max_value=len(encoded) - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda character: character != encoded[place]))
    for changed in (encoded[:place] + other + encoded[place + 1 :], encoded[:place] + encoded[place + 1 :], encoded + other):
        with pytest.raises(TamperedError):
            SIGNER.decode(changed)


@pytest.mark.parametrize(
    ("secret", "municipality", "opens"), [(b"a key", "shiomi", True), (b"a key", "midori", False), (b"b key", "shiomi", False)]
)
def test_button_of_another_municipality_or_secret_is_refused(secret: bytes, municipality: str, opens: bool) -> None:
    encoded = SIGNER.encode(AskEntry(entry="waste-oversized"))
    other = TapSigner(secret, municipality)
    if opens:
        assert other.decode(encoded) == AskEntry(entry="waste-oversized")
    else:
        with pytest.raises(TamperedError, match="SECRET_KEY"):
            other.decode(encoded)


@pytest.mark.parametrize(
    "body",
    ["", "e", signed_body("zz", b'["x"]'), *(signed_body("e", raw) for raw in (b"[]", b'["a","b"]', b"[", b"{}", b"null", b"\xff")), "e.zz",
     signed_body("l", b'["klingon"]'), signed_body("m", b'["x"]')],
)  # fmt: skip
def test_signed_value_that_this_version_does_not_know_is_refused(body: str) -> None:
    known = signed_body("m", b"[]")
    assert SIGNER.decode(f"{SIGNER._sign(known)}.{known}") == ShowMenu()
    with pytest.raises(TamperedError, match="another version"):
        SIGNER.decode(f"{SIGNER._sign(body)}.{body}")


@pytest.mark.parametrize("data", ["", ".", "action=delete&id=1", "m[]", "x" * 5000])
def test_data_that_was_never_ours_is_refused(data: str) -> None:
    with pytest.raises(TamperedError):
        SIGNER.decode(data)


@pytest.mark.parametrize(
    "value",
    [
        AskEntry(entry="e" * 64),
        RateAnswer(turn="f" * 32, helped=False),
        GiveReason(turn="f" * 32, reason="other_question"),
        ShowCategory(category="子育て・教育・ひとり親家庭への支援と各種相談窓口のご案内", start=10_000),
        ShowFacilities(kind="community_centre", latitude=-34.951234567890123, longitude=-139.30123456789012),
        ChooseLanguage(language=Language.CHINESE),
        StartProcedure(procedure="p" * 40, words="引っ越しで出るソファとマットレス", anew=True),
        AnswerField(filling="f" * 16, field="f" * 40, value="2027-03-31 09:00-10:00 minato"),
    ],
)
def test_long_real_values_fit(value: TapValue) -> None:
    assert len(SIGNER.encode(value)) <= MAX_DATA


def test_value_that_does_not_fit_is_refused_by_name() -> None:
    room = (MAX_DATA - len(SIGNER.encode(AskEntry(entry="")))) // 2
    assert MAX_DATA - 2 < len(SIGNER.encode(AskEntry(entry="e" * room))) <= MAX_DATA
    with pytest.raises(ValueError, match="AskEntry takes"):
        SIGNER.encode(AskEntry(entry="e" * (room + 1)))


def test_value_of_a_type_without_a_code_is_refused() -> None:
    with pytest.raises(KeyError):
        SIGNER.encode(TapValue())


def test_every_field_without_a_default_is_of_a_kind_that_json_knows() -> None:
    for tap in TAPS.values():
        hints = get_type_hints(tap)
        for field in fields(tap):
            assert hints[field.name] in VALUES
            assert field.default is MISSING or isinstance(field.default, hints[field.name])


def test_button_with_digits_like_an_individual_number_still_works() -> None:
    """Coordinates with ten decimals used to be masked in one case of eleven, and the button was refused."""
    for number in range(40):
        value = ShowFacilities(kind="shelter", latitude=34.95 + number * 7e-10 + 1e-10, longitude=139.3)
        event = {"type": "postback", "source": {"type": "user", "userId": "U1"}, "postback": {"data": SIGNER.encode(value)}}
        stored = orjson.loads(read_event(event, b"", 0, "shiomi").json)
        assert stored["postback"] == {"data": SIGNER.encode(value)}
        assert parse_event(event, event_id=1, occurred_at=0, received_at=0, signer=SIGNER).content == Tapped(value=value)
