"""Exported files come back as what they were, and start no formula."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from core.database import Database
from core.pack import Pack
from core.pack_loading import blank_pack
from faq import queries
from faq.columns import RowReader, read_columns
from faq.drafts import EntryDraft, tidied
from faq.exporting import to_csv, to_excel
from faq.importing import import_file
from faq.models import EntryKind
from faq.pack_content import load_pack_content
from faq.reading import table_of
from faq.tables import guard_apostrophe, guard_formula, unguard_formula
from retrieval.passages import Link, Translation

ODD = st.sampled_from(
    [
        "=1+1",
        "+81",
        "-1",
        "@a",
        "'=",
        "''-",
        '"',
        '""',
        ",",
        "\t",
        "\n",
        "\r\n",
        "髙﨑",
        "Ａ１",
        "ｶﾞ",
        "😀",
        "👨‍👩‍👧",
        "|",
        "_x0041_",
        "#N/A円",
        "，",
        "0",
        " ",
        "　",
        "\u2028",
    ]
)
TEXT = st.lists(ODD | st.text(max_size=6), min_size=1, max_size=6).map("".join)
DAYS = st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31))
DRAFTS = st.builds(
    EntryDraft,
    id=st.text("0123456789abc-_.番'=+@", min_size=1, max_size=6),
    kind=st.sampled_from(EntryKind),
    question=TEXT,
    answer=TEXT,
    phrasings=st.lists(TEXT, max_size=3).map(tuple),
    category=TEXT,
    department_id=st.none() | st.sampled_from(["citizens", "dept"]),
    source_url=st.none() | st.just("https://example.jp/"),
    checked_on=DAYS,
    links=st.lists(st.builds(Link, label=st.sampled_from(["申請 書", "x", "-1"]), url=st.just("https://example.jp/a")), max_size=2).map(
        tuple
    ),
    related=st.lists(st.sampled_from(["a", "=b", "1"]), max_size=2).map(tuple),
    translations=st.dictionaries(
        st.sampled_from(["en", "easy", "zh-Hans", "vi"]), st.builds(Translation, question=TEXT, answer=TEXT), max_size=2
    ),
    valid_from=DAYS,
    valid_until=DAYS,
    note=TEXT,
)
PACK = blank_pack("midori")


def read_back(content: bytes) -> list[EntryDraft]:
    columns = read_columns(table_of("a", content))
    assert columns.warnings == ()
    return [tidied(RowReader(row, columns, PACK).draft(None)) for row in columns.rows]


@settings(max_examples=60, deadline=None)
@given(DRAFTS)
def test_tidying_twice_is_tidying_once(draft: EntryDraft) -> None:
    assert tidied(tidied(draft)) == tidied(draft)


@settings(max_examples=60, deadline=None)
@given(st.lists(DRAFTS.map(tidied), min_size=1, max_size=3))
def test_csv_comes_back_as_it_was(drafts: list[EntryDraft]) -> None:
    assert read_back(to_csv(drafts)) == drafts


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # Shrinking workbooks takes minutes.
@given(st.lists(DRAFTS.map(tidied), min_size=1, max_size=3))
def test_excel_comes_back_as_it_was(drafts: list[EntryDraft]) -> None:
    assert read_back(to_excel(drafts)) == drafts


@given(st.text("'=+-@ａ＝a\t", max_size=6))
def test_guards_are_undone_exactly(text: str) -> None:
    assert unguard_formula(guard_formula(text)) == text
    assert unguard_formula(guard_apostrophe(text)) == text
    assert not guard_formula(text).startswith(("=", "+", "-", "@", "\t"))


def test_a_csv_opens_in_excel_as_text() -> None:
    content = to_csv([EntryDraft(id="=1", question="-質問", answer='@SUM(1)"')])
    assert content.startswith(b"\xef\xbb\xbf")
    row = next(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert (row["id"], row["question"], row["answer"]) == ("'=1", "'-質問", "'@SUM(1)\"")


@pytest.mark.parametrize("write", [to_csv, to_excel])
def test_importing_an_export_changes_nothing_and_rebuilds_it_elsewhere(
    write: Callable[..., bytes], database: Database, pack: Pack, now: datetime, tmp_path: Path
) -> None:
    with database.transaction() as session:
        load_pack_content(session, pack, now)
    with database.reading() as session:
        drafts = list(queries.published_drafts(session, "midori"))
    (tmp_path / "export").write_bytes(write(drafts))
    again = import_file(database, pack, tmp_path / "export", author="佐藤", now=now, publish=True)
    assert (again.unchanged, again.warnings) == (4, ())
    (tmp_path / "plain").write_bytes(write([EntryDraft(id="x", question="質問", answer="回答")]))
    assert import_file(database, blank_pack("other"), tmp_path / "plain", author="別", now=now, publish=True).added == 1
    with database.reading() as session:
        assert [draft.id for draft in queries.published_drafts(session, "other")] == ["x"]
