"""Guides from documents: new, changed, the same again; drafts and publications; all documents or none."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import Database
from core.errors import ConflictError, ImportRefusedError
from core.pack import Pack
from faq.documents.reading import ReadDocument
from faq.documents.sniffing import Format
from faq.drafts import EntryDraft, draft_of
from faq.entries import Saved, edit_and_publish
from faq.guide_commands import import_guides_into
from faq.guide_links import guide_path, with_link
from faq.guides import GuidesReport, Wishes, id_of_name, import_guides, keep_guide, plan_guide
from faq.models import EntryKind
from faq.queries import EntryHistory, entry_history
from retrieval.models import PassageKind, PassageRow
from retrieval.passages import Passage, view_of

PAGE = """<!doctype html><html><body><main><h1>粗大ごみ</h1><p>申し込み制です。</p>
<h2 id="fee">手数料</h2><p>たんすは{fee}円です。</p><h2>持ち物</h2><p>ありません。</p></main></body></html>"""
SOURCE = "https://www.city.midori.example.jp/gomi/?a=1#top"

Found = Callable[[], dict[str, list[str]]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "documents").mkdir()
    return tmp_path / "documents"


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def history(database: Database, entry_id: str) -> EntryHistory:
    with database.reading() as session:
        found = entry_history(session, "midori", entry_id)
        assert found is not None
        session.expunge_all()
        return found


def passages(database: Database, entry_id: str) -> list[Passage]:
    with database.reading() as session:
        rows = select(PassageRow).where(PassageRow.entry_id == entry_id, PassageRow.is_removed.is_(False)).order_by(PassageRow.position)
        return [view_of(row) for row in session.scalars(rows)]


def document(title: str = "粗大ごみ", body: str = "申し込み制です。", **head: str) -> ReadDocument:
    return ReadDocument(name="粗大ごみ.md", format=Format.MARKDOWN, title=title, body=body, head=head)


def test_document_is_published_changed_and_left_alone(empty: Database, pack: Pack, now: datetime, folder: Path, found: Found) -> None:
    path = written(folder / "粗大 ごみ.html", PAGE.format(fee=500))

    def again(**options: bool) -> GuidesReport:
        return import_guides(empty, pack, [path], author="佐藤", now=now, wishes=Wishes(source_url=SOURCE, category="ごみ"), **options)

    assert again(publish=True, dry_run=True).plans[0].is_new
    assert found() == {}
    again(publish=True)
    assert found() == {"粗大-ごみ": ["申し込み制です。", "たんすは500円です。", "ありません。"]}
    again(publish=True)
    assert [version.number for version in history(empty, "粗大-ごみ").versions] == [1]
    written(path, PAGE.format(fee=600))
    again(publish=True)
    assert found()["粗大-ごみ"][1] == "たんすは600円です。"
    assert [version.state for version in history(empty, "粗大-ごみ").versions] == ["published", "archived"]
    assert history(empty, "粗大-ごみ").versions[0].category == "ごみ"


def test_passages_lead_to_the_section_of_their_source(empty: Database, pack: Pack, now: datetime, folder: Path) -> None:
    path = written(folder / "gomi.html", PAGE.format(fee=500))
    import_guides(empty, pack, [path], author="佐藤", now=now, publish=True, wishes=Wishes(source_url=SOURCE))
    assert [(passage.source_url, passage.anchor) for passage in passages(empty, "gomi")] == [
        (SOURCE, ""),
        ("https://www.city.midori.example.jp/gomi/?a=1#fee", "section-1"),
        (SOURCE, "section-2"),
    ]


def test_passages_of_a_file_lead_to_our_page_with_the_page_of_the_document(empty: Database, pack: Pack, now: datetime) -> None:
    body = "<!-- place: 1ページ -->\n\n前書き\n\n<!-- place: 3ページ -->\n\n## 手数料\n\n500円です。"
    with empty.transaction() as session:
        plan = plan_guide(session, pack, document(body=body), Wishes(), publish=True)
        keep_guide(session, pack, plan, author="佐藤", now=now, publish=True)
    first, second = passages(empty, "粗大ごみ")
    assert (first.place, second.place, second.body) == ("1ページ", "3ページ", "500円です。")
    assert second.question == "粗大ごみ › 手数料"
    linked = with_link(second, "midori", "https://madoguchi.example.jp")
    assert linked.source_url == "https://madoguchi.example.jp" + guide_path("midori", "粗大ごみ", "section-1")
    assert linked.source_url.isascii()
    assert with_link(second, "midori", None) == second
    assert second.kind is PassageKind.GUIDE


def test_draft_is_kept_apart_from_what_is_published(empty: Database, pack: Pack, now: datetime, folder: Path, found: Found) -> None:
    path = written(folder / "gomi.html", PAGE.format(fee=500))
    import_guides(empty, pack, [path], author="佐藤", now=now, publish=True)
    written(path, PAGE.format(fee=600))
    report = import_guides(empty, pack, [path], author="佐藤", now=now)
    assert not report.plans[0].is_unchanged
    assert found()["gomi"][1] == "たんすは500円です。"
    assert history(empty, "gomi").open is not None
    assert import_guides(empty, pack, [path], author="佐藤", now=now).plans[0].is_unchanged
    plan = import_guides(empty, pack, [path], author="鈴木", now=now, publish=True, dry_run=True).plans[0]
    assert "佐藤さんの下書きがあります" in "".join(plan.warnings)


def test_what_editors_added_survives_a_new_version_of_the_document(empty: Database, pack: Pack, now: datetime, folder: Path) -> None:
    path = written(folder / "gomi.html", PAGE.format(fee=500))
    import_guides(empty, pack, [path], author="佐藤", now=now, publish=True)
    version = history(empty, "gomi").versions[0]
    draft = draft_of(EntryKind.GUIDE, version)
    with empty.transaction() as session:
        edited = EntryDraft(**{**draft.__dict__, "phrasings": ("大きいごみ",), "department_id": "environment"})
        assert isinstance(edit_and_publish(session, pack, edited, "鈴木", now, 1), Saved)
    written(path, PAGE.format(fee=600))
    import_guides(empty, pack, [path], author="佐藤", now=now, publish=True)
    newest = history(empty, "gomi").versions[0]
    assert (newest.phrasings, newest.department_id) == (["大きいごみ"], "environment")


def test_document_states_its_own_id_and_more(empty: Database, pack: Pack, now: datetime) -> None:
    head = {"id": "oversized", "phrasings": "大きいごみ\n家具", "department": "environment", "checked_on": "令和8年10月1日"}
    with empty.reading() as session:
        draft = plan_guide(session, pack, document(**head), Wishes(), publish=True).draft
        other = plan_guide(session, pack, document(**head), Wishes(id="mine", department_id="citizens"), publish=True).draft
    assert (draft.id, draft.phrasings, draft.department_id, str(draft.checked_on)) == (
        "oversized",
        ("大きいごみ", "家具"),
        "environment",
        "2026-10-01",
    )
    assert (other.id, other.department_id) == ("mine", "citizens")


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ({"department": "nowhere"}, "登録されていません"),
        ({"checked_on": "きのう"}, "日付として読めません"),
        ({"id": "faq-entry"}, "質問と回答で使われています"),
        ({"source_url": "javascript:alert(1)"}, "アドレスとして使えません"),
    ],
)
def test_problems_are_refused_and_nothing_is_written(
    empty: Database, pack: Pack, now: datetime, head: dict[str, str], sentence: str, found: Found
) -> None:
    with empty.transaction() as session:
        faq = EntryDraft(id="faq-entry", question="質問", answer="回答")
        assert isinstance(edit_and_publish(session, pack, faq, "佐藤", now), Saved)
        good = plan_guide(session, pack, document(), Wishes(), publish=True)
        assert good.problems == ()
        plan = plan_guide(session, pack, document(**head), Wishes(), publish=True)
        with pytest.raises(ImportRefusedError, match=sentence):
            keep_guide(session, pack, plan, author="佐藤", now=now, publish=True)
    assert list(found()) == ["faq-entry"]


def test_one_bad_document_keeps_all_out(empty: Database, pack: Pack, now: datetime, folder: Path, found: Found) -> None:
    good, bad = written(folder / "a.md", "# 題\n\n本文"), written(folder / "b.pdf", "%PDF-1.4 x")
    for paths, sentence in (
        ([good, bad], "b.pdf」は壊れている"),
        ([good, folder / "a.txt"], "ありません"),
        ([good, folder], "フォルダーです"),
    ):
        with pytest.raises(ImportRefusedError, match=sentence):
            import_guides(empty, pack, paths, author="佐藤", now=now, publish=True)
    written(folder / "a.txt", "別の文書\n\n本文")
    with pytest.raises(ImportRefusedError, match=r"番号（id）「a」が a\.md と同じです"):
        import_guides(empty, pack, [good, folder / "a.txt"], author="佐藤", now=now, publish=True)
    assert found() == {}
    import_guides(empty, pack, [good], author="佐藤", now=now, publish=True)
    assert found() == {"a": ["本文"]}


def test_command_says_what_it_read_and_what_it_did(empty: Database, pack: Pack, folder: Path) -> None:
    paths = [written(folder / "gomi.html", PAGE.format(fee=500)), written(folder / "a.md", "# 題\n\n本文\n\n## 節\n\n本文")]
    options = {"skip_scanned": False}
    said = import_guides_into(empty, pack, paths, Wishes(), publish=True, dry_run=True, **options)
    assert "新規　　　gomi.html → 「粗大ごみ」（番号 gomi、3節）" in said
    assert "  ・手数料\n" in said
    assert said.endswith("2件を調べました（2件が変わります）。まだ何も取り込んでいません。")
    assert "2件のうち2件を下書きとして" in import_guides_into(empty, pack, paths, Wishes(), publish=False, dry_run=False, **options)
    assert "2件のうち2件を取り込んで公開" in import_guides_into(empty, pack, paths, Wishes(), publish=True, dry_run=False, **options)
    assert "変更なし　a.md" in import_guides_into(empty, pack, paths, Wishes(), publish=True, dry_run=False, **options)


def test_guide_that_changed_meanwhile_is_a_conflict(empty: Database, pack: Pack, now: datetime) -> None:
    def plan(session: Session, body: str):  # type: ignore[no-untyped-def]
        return plan_guide(session, pack, document(body=body), Wishes(), publish=True)

    with empty.reading() as session:
        first, second = plan(session, "一"), plan(session, "二")
    with empty.transaction() as session:
        assert keep_guide(session, pack, first, author="佐藤", now=now, publish=True) is not None
    with empty.transaction() as session, pytest.raises(ConflictError):
        keep_guide(session, pack, second, author="鈴木", now=now, publish=True)


@pytest.mark.parametrize(
    ("name", "entry_id"),
    [
        ("粗大ごみ.pdf", "粗大ごみ"),
        ("R8 手引き (最終).docx", "R8-手引き-(最終)"),
        ("a/b<c>.md", "b-c"),
        ("カ\u3099.pdf", "ガ"),
        ("x" * 99, "x" * 64),
    ],
)
def test_id_comes_from_the_name_of_the_file(name: str, entry_id: str) -> None:
    assert id_of_name(name) == entry_id
