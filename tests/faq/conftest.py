"""An invented pack, and a database that knows its municipality."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from core.database import Database
from core.pack import Pack
from core.pack_loading import load_pack
from faq.locking import lock_or_add  # With it come all tables that faq needs.

MUNICIPALITY = """
id: midori
name: 緑市
general_department: citizens
languages: [ja, easy, en, zh-Hans, vi]
"""
DEPARTMENTS = """
departments:
  - id: citizens
    name: 市民課
    phone: 0490-00-2001
    hours: [{days: [mon, tue], open: "08:30", close: "17:15"}]
  - id: environment
    name: 環境課
    phone: 0490-00-2002
    hours: [{days: [mon, tue], open: "08:30", close: "17:15"}]
"""
VALUES = """
fee.certificate:
  - {value: 300円}
"""
CERTIFICATES = """
category: certificates
title: 証明書
entries:
  - id: certificates-copy
    department: citizens
    question: 住民票の写しはどこで取れますか。
    phrasings: [住民票, 住民票がほしい]
    answer: |
      市民課の窓口で取れます。手数料は{{ fee.certificate }}です。
    source_url: https://www.city.midori.example.jp/juminhyo/
    checked_on: 2026-10-20
    links:
      - {label: 申請書, url: "https://www.city.midori.example.jp/form/"}
    related: [certificates-seal]
    translations:
      en: {question: Where do I get a copy of my resident record?, answer: "At the counter, for {{ fee.certificate }}."}
  - id: certificates-seal
    question: 印鑑登録証明書を取るには何がいりますか。
    answer: 印鑑登録証を持ってきてください。
"""
WASTE = """
category: waste
title: ごみ
order: 1
entries:
  - id: waste-days
    department: environment
    question: 燃えるごみは何曜日ですか。
    answer: 月曜日と木曜日です。
    valid_until: 2027-03-31
"""
GUIDE = """---
id: guide-waste
title: ごみの出し方
category: waste
department: environment
---
ごみは朝8時までに出します。

## 燃えるごみ

台所のごみなどです。

## 粗大ごみ

申し込みがいります。
"""


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def pack_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "content" / "midori"
    for name, content in {
        "municipality.yaml": MUNICIPALITY,
        "departments.yaml": DEPARTMENTS,
        "values/fees.yaml": VALUES,
        "entries/certificates.yaml": CERTIFICATES,
        "entries/waste.yaml": WASTE,
        "guides/waste.md": GUIDE,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def pack(pack_folder: Path) -> Pack:
    return load_pack("midori", pack_folder.parent)


@pytest.fixture
def empty(database: Database, pack: Pack, now: datetime) -> Database:
    """A database that knows the municipality, without any content."""
    with database.transaction() as session:
        lock_or_add(session, pack, now)
    return database


@pytest.fixture
def found(database: Database) -> Callable[[], dict[str, list[str]]]:
    """What residents can find: the texts of all passages by entry."""

    def read() -> dict[str, list[str]]:
        texts: dict[str, list[str]] = {}
        with database.reading() as session:
            rows = session.execute(text("SELECT entry_id, body FROM passage WHERE is_removed = false ORDER BY entry_id, position"))
            for row in rows:
                texts.setdefault(row.entry_id, []).append(row.body)
        return texts

    return read
