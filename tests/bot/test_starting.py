"""Only an explicit wish begins a procedure; a question, however near, does not."""

import pytest

from bot.starting import asks_how_it_stands, names_receipt, procedure_after, procedure_for_items, wanted_procedure
from procedures.loading import load_procedures
from procedures.receipts import receipt_number

PROCEDURES = load_procedures("shiomi")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("粗大ごみを申し込みたい", "oversized_waste"),
        ("粗大ごみの収集を申込みたいです。", "oversized_waste"),
        ("粗大ごみ申し込みます", "oversized_waste"),
        ("布団2枚を港町3-2-1で粗大ごみに申し込みたい", "oversized_waste"),
        ("粗大ごみの収集をお願いしたいのですが", "oversized_waste"),
        ("道路の穴を通報したい", "road_damage"),
        ("犬の死亡届を届け出たい", "dog_registration"),
        ("犬の引っ越しの手続きをしたい", "dog_registration"),
        ("粗大ごみを出したい", None),
        ("粗大ごみ", None),
        ("粗大ごみの申し込み", None),
        ("粗大ごみの申し込みはどうすればいいですか", None),
        ("粗大ごみを申し込みたいのですが、料金はいくらですか", None),
        ("道路使用許可を申し込みたい", None),
        ("保育園を申し込みたい", None),
        ("犬の登録を申し込みたい", None),
        ("申し込みたい", None),
    ],
)
def test_what_begins_a_procedure(said: str, expected: str | None) -> None:
    wanted = wanted_procedure(PROCEDURES, said)
    assert (wanted.id if wanted is not None else None) == expected
    assert wanted_procedure(None, said) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (receipt_number(2026, 123), True),
        ("ＪＵー２０２６－０００１２３－Ｋ はどうなりましたか".replace("ー", "－"), True),
        (receipt_number(2026, 123).removeprefix("JU-"), True),
        ("JU-2026-000123-X", True),
        ("09012345678", False),
        ("090-1234-5678", False),
        ("2026年12月8日", False),
    ],
)
def test_receipt_numbers_are_told_from_telephone_numbers(said: str, *, expected: bool) -> None:
    assert names_receipt(said) is expected
    assert asks_how_it_stands(PROCEDURES, said) is expected
    assert asks_how_it_stands(PROCEDURES, "申込みの状況")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [("waste-oversized", "oversized_waste"), ("pets_environment-dog-died", "dog_registration"), ("waste-burnable", None)],
)
def test_button_stands_under_the_entries_that_the_procedure_names(entry: str, expected: str | None) -> None:
    found = procedure_after(PROCEDURES, entry, "ごみ・リサイクル")
    assert (found.id if found is not None else None) == expected
    assert procedure_after(None, entry, "ごみ・リサイクル") is None


def test_things_of_the_waste_table_belong_to_the_procedure_that_takes_them() -> None:
    found = procedure_for_items(PROCEDURES)
    assert found is not None
    assert found.id == "oversized_waste"
