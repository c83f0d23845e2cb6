"""`main.py doctor`: looks at the whole installation and names the remedy for each thing that is wrong."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator

from bot.line.examining import Finding, examine_channel
from console import queries
from core.database import Database
from core.embedded_queue import EmbeddedQueue
from core.encryption import keyring
from core.errors import ProjectError
from core.migrating import is_empty, require_current_schema
from core.pack_loading import load_pack
from core.settings import Settings, channel_keys, channel_variables, read_settings
from retrieval.modes import missing_package, mode_of

LEAST_FREE_GIGABYTES = 2.0


def examine() -> tuple[Finding, ...]:
    """Goes on after each failure, as far as what failed is not needed further on."""
    findings = [_python()]
    try:
        settings = read_settings()
    except ProjectError as error:
        return (*findings, Finding(name="設定", is_well=False, detail="読めません", remedy=str(error)))
    findings.append(Finding(name="設定", is_well=True, detail=f"自治体 {', '.join(settings.municipalities)}、DATA_DIR {settings.data_dir}"))
    findings += _checks(settings)
    return tuple(findings)


def _checks(settings: Settings) -> Iterator[Finding]:
    yield _attempt("秘密鍵", lambda: keyring(settings) and "SECRET_KEY があります")
    yield _disk(settings)
    for municipality_id in settings.municipalities:
        yield _attempt(f"パック（{municipality_id}）", lambda name=municipality_id: load_pack(name).municipality.name)  # type: ignore[misc]
    yield _search(settings)
    yield from _database(settings)
    yield _public_url(settings)
    yield from _channels(settings)


def _attempt(name: str, check: Callable[[], object]) -> Finding:
    try:
        return Finding(name=name, is_well=True, detail=str(check()))
    except ProjectError as error:
        return Finding(name=name, is_well=False, detail="使えません", remedy=str(error))


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    is_well = sys.version_info[:2] == (3, 11)
    remedy = "" if is_well else "Python 3.11 で `make setup` をやり直してください。"
    return Finding(name="Python", is_well=is_well, detail=version, remedy=remedy)


def _disk(settings: Settings) -> Finding:
    place = settings.data_dir if settings.data_dir.exists() else settings.data_dir.absolute().parent
    try:
        free = shutil.disk_usage(place).free / 1e9
    except OSError:
        return Finding(name="ディスク", is_well=False, detail=str(place), remedy="DATA_DIR に、書き込める場所を指定してください。")
    is_well = free >= LEAST_FREE_GIGABYTES
    remedy = "" if is_well else f"{LEAST_FREE_GIGABYTES:.0f} GB 以上空けるか、DATA_DIR を広い場所に変えてください。"
    return Finding(name="ディスク", is_well=is_well, detail=f"空き {free:.1f} GB", remedy=remedy)


def _search(settings: Settings) -> Finding:
    mode = mode_of(settings)
    missing = missing_package(settings)
    remedy = f"`make setup` で {missing} を入れるか、SEARCH_MODE を外してください。" if missing else ""
    return Finding(name="検索のモデル", is_well=missing is None, detail=mode.value, remedy=remedy)


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        database = Database(settings.database)
        if is_empty(database):
            detail = "空です。`main.py serve` が最初の起動で用意します"
            yield Finding(name="データベース", is_well=True, detail=detail)
            return
        require_current_schema(database)
    except ProjectError as error:
        yield Finding(name="データベース", is_well=False, detail="形が合いません", remedy=str(error))
        return
    except Exception as error:  # noqa: BLE001  # Each driver raises its own; the remedy is the same.
        remedy = "DATABASE_URL と、データベースが動いているかを確かめてください。"
        yield Finding(name="データベース", is_well=False, detail=type(error).__name__, remedy=remedy)
        return
    yield Finding(name="データベース", is_well=True, detail="SQLite" if settings.is_embedded else "PostgreSQL")
    with database.reading() as session:
        dead = len(EmbeddedQueue(database).dead_letters(session))
        missing = [municipality_id for municipality_id in settings.municipalities if not queries.has_staff(session, municipality_id)]
    remedy = "コンソールの「止まった処理」か `main.py jobs list` で理由を見て、直してから再試行してください。" if dead else ""
    yield Finding(name="止まった処理", is_well=not dead, detail=f"{dead} 件", remedy=remedy)
    remedy = f"`main.py staff add --municipality {missing[0]} …` で管理者を作ってください。" if missing else ""
    yield Finding(name="コンソールのアカウント", is_well=not missing, detail="なし" if missing else "あり", remedy=remedy)
    database.close()


def _public_url(settings: Settings) -> Finding:
    remedy = "" if settings.public_url else "このサーバーに外から届く https のアドレスを PUBLIC_URL に入れてください。"
    return Finding(name="公開アドレス", is_well=bool(settings.public_url), detail=settings.public_url or "未設定", remedy=remedy)


def _channels(settings: Settings) -> Iterator[Finding]:
    for municipality_id in settings.municipalities:
        try:
            keys = channel_keys(settings, municipality_id)
        except ProjectError:
            names = " と ".join(channel_variables(settings, municipality_id))
            remedy = f"LINE Developers でチャネルの鍵を確かめ、{names} に入れてください。試すだけなら `make run` で足ります。"
            yield Finding(name=f"LINE（{municipality_id}）", is_well=False, detail="鍵がありません", remedy=remedy)
            continue
        yield from examine_channel(municipality_id, keys, settings.line_api_url, settings.public_url)


def report(findings: tuple[Finding, ...], *, as_json: bool = False) -> str:
    if as_json:
        fields = [{"name": f.name, "ok": f.is_well, "detail": f.detail, "remedy": f.remedy} for f in findings]
        return json.dumps(fields, ensure_ascii=False, indent=1)
    lines = []
    for finding in findings:
        lines.append(f"{'○' if finding.is_well else '×'} {finding.name}: {finding.detail}")
        if finding.remedy:
            lines.append(f"    → {finding.remedy}")
    return "\n".join(lines)
