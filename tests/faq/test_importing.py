"""Importing files: everything or nothing, every error with its cell, and warnings that do not stop it."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from core.database import Database
from core.errors import ConflictError, ImportRefusedError
from core.pack import Pack
from core.pack_loading import blank_pack
from faq import queries
from faq.drafts import EntryDraft
from faq.entries import edit_and_publish, save_draft
from faq.importing import ImportReport, carry_out, import_file, plan_import
from faq.reading import table_of
from retrieval.passages import Translation
from tests.faq.workbooks import xlsx

Found = Callable[[], dict[str, list[str]]]
Importing = Callable[..., ImportReport]


@pytest.fixture
def importing(empty: Database, pack: Pack, now: datetime, tmp_path: Path) -> Importing:
    def run(content: str | bytes, **options: bool) -> ImportReport:
        path = tmp_path / "質問集.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return import_file(empty, pack, path, author="佐藤", now=now, **{"publish": True, **options})

    return run


def test_a_file_is_published(importing: Importing, found: Found) -> None:
    report = importing("id,question,answer\n0,質問0,回答0\n1,質問1,回答1\n")
    assert (report.rows, report.added, report.changed, report.unchanged, report.warnings) == (2, 2, 0, 0, ())
    assert found() == {"0": ["回答0"], "1": ["回答1"]}


def test_without_publishing_they_are_drafts(importing: Importing, found: Found, empty: Database) -> None:
    assert importing("id,question,answer\n0,質問,回答\n", publish=False).is_published is False
    assert found() == {}
    with empty.reading() as session:
        assert [line.state for line in queries.entries_page(session, "midori", queries.EntryFilter()).lines] == ["draft"]
    assert importing("id,question,answer\n0,質問,回答\n").changed == 1
    assert found() == {"0": ["回答"]}


def test_a_dry_run_tells_and_writes_nothing(importing: Importing, found: Found, empty: Database) -> None:
    report = importing("id,question,answer\n0,質問,回答\n", dry_run=True)
    assert (report.added, report.is_dry_run, report.is_published) == (1, True, False)
    assert found() == {}
    with empty.reading() as session:
        assert queries.count_entries(session, "midori") == 0


def test_the_same_file_again_changes_nothing_and_an_edit_becomes_a_version(importing: Importing, found: Found, empty: Database) -> None:
    content = "id,question,answer\n0,質問,回答\n1,ほかの質問,ほかの回答\n"
    importing(content)
    assert importing(content).unchanged == 2
    report = importing(content.replace("ほかの回答", "直した回答"))
    assert (report.changed, report.unchanged) == (1, 1)
    assert found() == {"0": ["回答"], "1": ["直した回答"]}
    with empty.reading() as session:
        history = queries.entry_history(session, "midori", "1")
    assert history is not None
    assert [version.number for version in history.versions] == [2, 1]


def test_japanese_headings_and_all_columns_are_read(importing: Importing, empty: Database) -> None:
    importing(
        "緑市 よくある質問,,,,,,,,,\n"
        "番号,質問,回答,分類,担当課,URL,言い換え,掲載開始日,掲載終了日,確認日,リンク\n"
        'A-1,質問,回答,証明書,市民課,https://example.jp/,"一つ|二つ\n三つ",2026/4/1,令和9年3月31日,2026-10-20,申請 書 https://example.jp/f\n'
    )
    with empty.reading() as session:
        (draft,) = queries.published_drafts(session, "midori")
    assert (draft.id, draft.category, draft.department_id, draft.source_url) == ("A-1", "証明書", "citizens", "https://example.jp/")
    assert draft.phrasings == ("一つ", "二つ", "三つ")
    assert (draft.valid_from, draft.valid_until, draft.checked_on) == (date(2026, 4, 1), date(2027, 3, 31), date(2026, 10, 20))
    assert [(link.label, link.url) for link in draft.links] == [("申請 書", "https://example.jp/f")]


def test_excel_keeps_ids_as_they_are_seen(importing: Importing, empty: Database) -> None:
    importing(
        xlsx(
            [
                ["id", "question", "answer", "checked_on"],
                [0, "質問0", "回答", date(2026, 4, 1)],
                [1.0, "質問1", "回答"],
                ["001", "質問2", "回答"],
            ]
        )
    )
    with empty.reading() as session:
        drafts = list(queries.published_drafts(session, "midori"))
    assert [draft.id for draft in drafts] == ["0", "1", "001"]
    assert drafts[0].checked_on == date(2026, 4, 1)


def test_every_error_is_reported_with_its_cell_and_nothing_is_taken(importing: Importing, found: Found) -> None:
    bad = (
        "id,question,answer,department,source_url,valid_from,valid_until,kind\n"
        "1,,回答,,,,,\n"
        "2,質問,,環境化,,,,\n"
        "2,ほか,{{ fee.none }},,みどり,きのう,,\n"
        "4,良い,良い,,,2026-04-02,2026-04-01,表,はみ出し\n"
        ",番号なし,#N/A,,,,,\n"
        "6,個人,1234 5678 9018,,,,,\n"
    )
    with pytest.raises(ImportRefusedError) as refused:
        importing(bad)
    lines = str(refused.value).split("\n")
    assert "13件" in lines[0]
    reported = sorted(line.partition(": ")[0] for line in lines[1:])
    assert reported == ["A4", "A6", "B2", "C3", "C4", "C6", "C7", "D3", "E4", "F4", "G5", "H5", "I5"]
    assert found() == {}


def test_the_same_file_without_its_errors_is_taken(importing: Importing, found: Found) -> None:
    importing("id,question,answer,valid_from,valid_until\n1,質問,回答,2026-04-01,2026-04-01\n")
    assert found() == {"1": ["回答"]}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("id,question\n1,質問\n", "「answer」がありません"),
        ("あ,い\n1,2\n", "「id」「question」「answer」がありません"),
        ("id,question,answer,質問\n1,a,b,c\n", "D1.*質問.*2つ"),
        ("id,question,answer\n", "2行目から"),
    ],
)
def test_a_wrong_heading_is_refused(importing: Importing, content: str, expected: str) -> None:
    with pytest.raises(ImportRefusedError, match=expected):
        importing(content)


def test_an_id_that_excel_made_a_date_is_an_error(importing: Importing) -> None:
    with pytest.raises(ImportRefusedError, match=r"A2: .*日付"):
        importing(xlsx([["id", "question", "answer"], [date(2026, 1, 2), "質問", "回答"]]))


def test_duplicates_and_unknown_columns_warn(importing: Importing, empty: Database, pack: Pack, now: datetime, found: Found) -> None:
    with empty.transaction() as session:
        edit_and_publish(session, pack, EntryDraft(id="old", question="ごみの日は？", answer="月曜日"), "佐藤", now)
    report = importing("id,question,answer,よみ,catgory\n1,質問。,一,,\n2,質問,二,,\n3,ごみの日は,三,,\n")
    assert [(finding.address, finding.key) for finding in report.warnings] == [
        ("D1", "warning.column_unknown"),
        ("E1", "warning.column_unknown"),
        ("B3", "warning.question_twice"),
        ("B4", "warning.question_published"),
    ]
    assert "category" in str(report.warnings[1])
    assert "B2" in str(report.warnings[2])
    assert len(found()) == 4


def test_a_translation_with_a_figure_of_its_own_is_warned_of(importing: Importing) -> None:
    rows = "1,手数料は,300円です。,Fee,It is 350 yen.\n2,時間は,9時です。,Hours,At 9:00.\n"
    report = importing("id,question,answer,question_en,answer_en\n" + rows)
    assert [(finding.address, finding.key) for finding in report.warnings] == [("E2", "warning.translation_figures")]
    assert "350" in str(report.warnings[0])


def test_columns_that_are_not_in_the_file_keep_what_was_there(importing: Importing, empty: Database, pack: Pack, now: datetime) -> None:
    whole = EntryDraft(
        id="1",
        question="質問",
        answer="回答",
        category="証明書",
        department_id="citizens",
        translations={"en": Translation(question="Q", answer="A")},
    )
    with empty.transaction() as session:
        edit_and_publish(session, pack, whole, "佐藤", now)
    assert importing("id,question,answer\n1,質問,回答\n").unchanged == 1
    report = importing("id,question,answer\n1,質問,違う回答\n")
    assert [finding.key for finding in report.warnings] == ["warning.translations_dropped"]
    with empty.reading() as session:
        assert list(queries.published_drafts(session, "midori")) == [replace(whole, answer="違う回答", translations={})]


def test_an_editors_draft_stays_in_the_history(importing: Importing, empty: Database, pack: Pack, now: datetime) -> None:
    with empty.transaction() as session:
        save_draft(session, pack, EntryDraft(id="1", question="質問", answer="途中"), "鈴木", now)
    importing("id,question,answer\n1,質問,取り込んだ回答\n", publish=False)
    with empty.reading() as session:
        history = queries.entry_history(session, "midori", "1")
    assert history is not None
    assert [(version.state, version.body, version.author) for version in history.versions] == [
        ("draft", "取り込んだ回答", "佐藤"),
        ("archived", "途中", "鈴木"),
    ]


def test_a_plan_that_was_overtaken_is_not_carried_out(empty: Database, pack: Pack, now: datetime, found: Found) -> None:
    table = table_of("a.csv", "id,question,answer\n1,質問,取り込み\n2,質問二,取り込み\n".encode())
    with empty.reading() as session:
        plan = plan_import(session, pack, table, publish=True)
    with empty.transaction() as session:
        edit_and_publish(session, pack, EntryDraft(id="2", question="質問", answer="編集"), "鈴木", now)
    with pytest.raises(ConflictError, match="「2」"), empty.transaction() as session:
        carry_out(session, pack, plan, author="佐藤", now=now)
    assert found() == {"2": ["編集"]}


def test_another_municipality_is_not_touched(importing: Importing, empty: Database, now: datetime, tmp_path: Path, found: Found) -> None:
    importing("id,question,answer\n1,質問,緑市の回答\n")
    (tmp_path / "b.csv").write_text("id,question,answer\n1,質問,別の回答\n", encoding="utf-8")
    report = import_file(empty, blank_pack("other"), tmp_path / "b.csv", author="別", now=now, publish=True)
    assert (report.added, report.warnings) == (1, ())
    assert found() == {"1": ["緑市の回答", "別の回答"]}


def test_two_thousand_rows_are_imported_in_seconds(empty: Database, pack: Pack, now: datetime, tmp_path: Path) -> None:
    count = 2000 if empty.is_sqlite else 300
    rows = "".join(f"{number},質問{number}はどうすればよいですか,{f'緑市では{number}番の窓口です。' * 12}\n" for number in range(count))
    (tmp_path / "big.csv").write_text("id,question,answer\n" + rows, encoding="utf-8")
    told: list[tuple[int, int]] = []
    began = time.perf_counter()
    report = import_file(
        empty, pack, tmp_path / "big.csv", author="佐藤", now=now, publish=True, progress=lambda done, total: told.append((done, total))
    )
    assert time.perf_counter() - began < 30  # About 2 s on a quiet machine.
    assert report.added == count
    assert told[-1] == (count, count)
    assert told == sorted(told)
