"""Packs: what their files say is published, editors' work stays, and errors name the place."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from core.database import Database
from core.errors import PackError
from core.pack import Pack
from core.pack_loading import CONTENT, load_pack
from faq import queries
from faq.drafts import draft_of
from faq.entries import archive, edit_and_publish
from faq.models import EntryKind
from faq.pack_content import LoadReport, load_pack_content
from faq.pack_files import read_items

Found = Callable[[], dict[str, list[str]]]


def load(database: Database, pack: Pack, now: datetime) -> LoadReport:
    with database.transaction() as session:
        return load_pack_content(session, pack, now)


def change(folder: Path, name: str, before: str, after: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert before in text
    (folder / name).write_text(text.replace(before, after), encoding="utf-8")


def test_a_pack_is_published_once(database: Database, pack: Pack, now: datetime, found: Found) -> None:
    assert load(database, pack, now) == LoadReport(total=4, added=4)
    assert found().keys() == {"certificates-copy", "certificates-seal", "waste-days", "guide-waste"}
    assert load(database, pack, now) == LoadReport(is_unchanged=True)
    with database.reading() as session:
        assert list(queries.published_categories(session, "midori", date(2026, 11, 22)).items()) == [("ごみ", 2), ("証明書", 2)]
        version = queries.current_versions(session, "midori", ["certificates-copy"])["certificates-copy"]
    assert version.related == ["certificates-seal"]
    assert version.translations["en"]["question"].startswith("Where")
    assert version.number == 1


def test_only_what_changed_becomes_a_new_version(database: Database, pack: Pack, pack_folder: Path, now: datetime, found: Found) -> None:
    load(database, pack, now)
    change(pack_folder, "entries/waste.yaml", "月曜日と木曜日", "火曜日と金曜日")
    assert load(database, pack, now) == LoadReport(total=4, changed=1)
    assert found()["waste-days"] == ["火曜日と金曜日です。"]
    change(pack_folder, "entries/waste.yaml", "order: 1", "order: 1  # 先に")
    assert load(database, pack, now) == LoadReport(total=4)


def test_an_editors_words_stay(database: Database, pack: Pack, pack_folder: Path, now: datetime, found: Found) -> None:
    load(database, pack, now)
    with database.transaction() as session:
        version = queries.current_versions(session, "midori", ["waste-days"])["waste-days"]
        draft = replace(draft_of(EntryKind.FAQ, version), answer="編集者の回答")
        edit_and_publish(session, pack, draft, "佐藤", now, edited=1)
        archive(session, "midori", "certificates-seal", now)
    change(pack_folder, "entries/waste.yaml", "月曜日と木曜日", "火曜日と金曜日")
    change(pack_folder, "entries/certificates.yaml", "印鑑登録証を持ってきてください", "印鑑登録証がいります")
    report = load(database, pack, now)
    assert report == LoadReport(total=4, kept=("waste-days", "certificates-seal"))
    assert found()["waste-days"] == ["編集者の回答"]
    assert "certificates-seal" not in found()
    change(pack_folder, "entries/waste.yaml", "order: 1", "order: 1  # 先に")
    assert load(database, pack, now).kept == ()


def test_what_leaves_the_pack_is_withdrawn_and_may_come_back(
    database: Database, pack: Pack, pack_folder: Path, now: datetime, found: Found
) -> None:
    load(database, pack, now)
    shutil.move(pack_folder / "guides/waste.md", pack_folder / "waste.md")
    assert load(database, pack, now) == LoadReport(total=3, withdrawn=1)
    assert "guide-waste" not in found()
    shutil.move(pack_folder / "waste.md", pack_folder / "guides/waste.md")
    assert load(database, pack, now) == LoadReport(total=4, changed=1)
    assert "guide-waste" in found()


def test_what_an_editor_archived_stays_away_when_it_leaves_the_pack_and_returns(
    database: Database, pack: Pack, pack_folder: Path, now: datetime, found: Found
) -> None:
    load(database, pack, now)
    with database.transaction() as session:
        archive(session, "midori", "guide-waste", now)
    shutil.move(pack_folder / "guides/waste.md", pack_folder / "waste.md")
    load(database, pack, now)
    shutil.move(pack_folder / "waste.md", pack_folder / "guides/waste.md")
    assert load(database, pack, now).kept == ("guide-waste",)
    assert "guide-waste" not in found()


@pytest.mark.parametrize(
    ("name", "before", "after", "expected"),
    [
        (
            "entries/waste.yaml",
            "    answer:",
            "    anser:",
            r"entries/waste.yaml: waste-days: unknown key 'anser' \(did you mean 'answer'\?\)",
        ),
        ("entries/waste.yaml", "order: 1", "oder: 1", r"entries/waste.yaml: unknown key 'oder' \(did you mean 'order'\?\)"),
        ("entries/waste.yaml", "    question: 燃えるごみは何曜日ですか。\n", "", "waste-days: 'question' is missing"),
        ("entries/waste.yaml", "environment", "enviroment", r"unknown department 'enviroment' \(did you mean 'environment'\?\)"),
        ("entries/waste.yaml", "2027-03-31", "いつか", "waste-days: 'entries.0.valid_until'"),
        ("entries/waste.yaml", "order: 1", "order: [", r"entries/waste.yaml, line \d+: not valid YAML"),
        ("entries/waste.yaml", "id: waste-days", "id: certificates-seal", "id 'certificates-seal' is that of .*entries/"),
        ("entries/waste.yaml", "category: waste", "category: certificates", "category 'certificates' is that of"),
        (
            "entries/certificates.yaml",
            "[certificates-seal]",
            "[certificates-seel]",
            r"related: unknown id .*did you mean 'certificates-seal'",
        ),
        (
            "entries/certificates.yaml",
            "{{ fee.certificate }}です",
            "{{ fee.copy }}です",
            "answer: unknown value 'fee.copy': add it to values/",
        ),
        ("entries/certificates.yaml", "for {{ fee.certificate }}", "{{ fee.no }}", "translations.en: unknown value 'fee.no'"),
        ("entries/certificates.yaml", "      en:", "      eng:", r"certificates-copy: unknown language 'eng' \(did you mean 'en'\?\)"),
        ("entries/certificates.yaml", "label: 申請書", "lable: 申請書", r"unknown key 'lable' \(did you mean 'label'\?\)"),
        ("guides/waste.md", "category: waste", "category: wast", r"guides/waste.md: unknown category 'wast' \(did you mean 'waste'\?\)"),
        ("guides/waste.md", "---\nid", "id", "guides/waste.md: begin with lines of id"),
        ("guides/waste.md", "title: ごみの出し方", "titel: ごみの出し方", "unknown key 'titel'"),
    ],
)
def test_an_error_names_file_place_and_remedy(pack: Pack, pack_folder: Path, name: str, before: str, after: str, expected: str) -> None:
    assert len(read_items(pack)) == 4
    change(pack_folder, name, before, after)
    with pytest.raises(PackError, match=expected):
        read_items(pack)


def test_a_pack_with_an_error_changes_nothing(database: Database, pack: Pack, pack_folder: Path, now: datetime, found: Found) -> None:
    load(database, pack, now)
    before = found()
    change(pack_folder, "entries/waste.yaml", "月曜日", "火曜日")
    change(pack_folder, "entries/certificates.yaml", "{{ fee.certificate }}です", "{{ fee.copy }}です")
    with pytest.raises(PackError):
        load(database, pack, now)
    assert found() == before


@pytest.mark.parametrize("municipality_id", sorted(path.parent.name for path in CONTENT.glob("*/municipality.yaml")))
def test_every_pack_of_the_project_can_be_read(municipality_id: str) -> None:
    assert read_items(load_pack(municipality_id))


def test_all_is_published_anew_when_publishing_itself_has_changed(
    database: Database, pack: Pack, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(database, pack, now)
    monkeypatch.setattr("faq.pack_content.FORMAT", "next")
    assert load(database, pack, now) == LoadReport(total=4, changed=4)
