"""What residents find of published versions, whether they came one by one or in thousands."""

from datetime import date, datetime

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from core.database import Database
from core.pack import Pack
from core.pack_loading import blank_pack
from faq.drafts import EntryDraft
from faq.lifecycle import VersionState
from faq.locking import lock_or_add
from faq.models import EntryKind
from faq.versions import NewVersion, add_versions
from retrieval.models import PassageRow
from retrieval.passages import Link, Translation

OWN = {"id", "municipality_id", "version_id", "revision"}
GUIDE = "# 案内\n\nはじめに\n\n## 一\n\n本文一\n\n## 二\n\n本文二\n"
DRAFTS = (
    EntryDraft(
        id="a",
        question="質問",
        answer="回答",
        phrasings=("別の聞き方",),
        category="証明書",
        department_id="citizens",
        source_url="https://example.jp/",
        checked_on=date(2026, 10, 1),
        links=(Link(label="申請", url="https://example.jp/f"),),
        translations={"en": Translation(question="Q", answer="A")},
        valid_from=date(2026, 4, 1),
        valid_until=date(2027, 3, 31),
    ),
    EntryDraft(id="g", kind=EntryKind.GUIDE, question="案内", answer=GUIDE, phrasings=("別名",), category="証明書"),
)
SHORTER = EntryDraft(id="g", kind=EntryKind.GUIDE, question="案内", answer="短い案内", category="証明書")


def passages(session: Session, municipality_id: str) -> list[dict[str, object]]:
    names = [column.key for column in inspect(PassageRow).columns if column.key not in OWN]
    rows = session.scalars(
        select(PassageRow).where(PassageRow.municipality_id == municipality_id).order_by(PassageRow.entry_id, PassageRow.position)
    )
    return [{name: getattr(row, name) for name in names} for row in rows]


def test_many_at_once_are_shown_as_one_by_one(empty: Database, pack: Pack, now: datetime) -> None:
    additions = [NewVersion(entry_id=draft.id or "", draft=draft, state=VersionState.PUBLISHED) for draft in DRAFTS]
    later = [additions[0], NewVersion(entry_id="g", draft=SHORTER, state=VersionState.PUBLISHED)]
    with empty.transaction() as session:
        lock_or_add(session, blank_pack("single"), now)
        for batch in (additions, later):
            add_versions(session, "midori", batch, "佐藤", now)
            for addition in batch:
                add_versions(session, "single", [addition], "佐藤", now)
            assert passages(session, "midori") == passages(session, "single")
    with empty.reading() as session:
        shown = passages(session, "midori")
    assert shown == sorted(shown, key=lambda row: bool(row["is_removed"]))
    assert shown[0]["translations"] == {"en": {"question": "Q", "answer": "A"}}
    assert [row["body"] for row in shown if not row["is_removed"]] == ["回答", "短い案内"]
    assert sum(bool(row["is_removed"]) for row in shown) == 2


def test_a_passage_names_the_version_it_came_from(empty: Database, pack: Pack, now: datetime) -> None:
    with empty.transaction() as session:
        (version,) = add_versions(session, "midori", [NewVersion(entry_id="a", draft=DRAFTS[0], state=VersionState.PUBLISHED)], "佐藤", now)
        assert session.scalars(select(PassageRow.version_id)).all() == [version.id]
