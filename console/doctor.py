"""`main.py doctor`: looks at the whole installation and names the remedy for each thing that is wrong."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial

from bot.line.examining import Finding, examine_channel
from bot.scanning import Scanner
from console import queries
from console.texts import named, say
from core.embedded_queue import EmbeddedQueue
from core.encryption import keyring
from core.errors import ProjectError, SettingsError
from core.language_model import OWN_ADDRESS, language_model
from core.migrating import SchemaError, is_empty, reachable, require_current_schema
from core.pack_loading import load_pack
from core.settings import Settings, channel_keys, channel_variables, read_settings
from procedures.paper import font_folder
from retrieval.examining import examine_model
from retrieval.modes import missing_package, mode_of

LEAST_FREE_GIGABYTES = 2.0
SCANNER_SECONDS = 5.0


def examine() -> tuple[Finding, ...]:
    """Goes on after each failure, as far as what failed is not needed further on."""
    findings, name = [_python()], say("doctor.settings")
    try:
        settings = read_settings()
    except ProjectError as error:
        return (*findings, Finding(name=name, is_well=False, detail=say("doctor.settings_unreadable"), remedy=str(error)))
    detail = say("doctor.settings_read", municipalities="、".join(settings.municipalities), folder=settings.data_dir)
    findings.append(Finding(name=name, is_well=True, detail=detail))
    findings += _checks(settings)
    return tuple(findings)


def _checks(settings: Settings) -> Iterator[Finding]:
    yield _attempt(say("doctor.secret"), partial(_has_secret, settings))
    yield _disk(settings)
    for municipality_id in settings.municipalities:
        yield _attempt(say("doctor.pack", municipality=municipality_id), partial(_name_of_pack, municipality_id))
    yield _font()
    yield _search(settings)
    yield _language_model(settings)
    yield _scanner(settings)
    yield from _database(settings)
    yield _public_url(settings)
    yield from _channels(settings)


def _attempt(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name=name, is_well=True, detail=check())
    except ProjectError as error:
        return Finding(name=name, is_well=False, detail=say("doctor.unusable"), remedy=str(error))


def _has_secret(settings: Settings) -> str:
    keyring(settings)
    return say("doctor.secret_there")


def _name_of_pack(municipality_id: str) -> str:
    return load_pack(municipality_id).municipality.name


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    is_well = sys.version_info[:2] == (3, 11)
    return Finding(name=say("doctor.python"), is_well=is_well, detail=version, remedy="" if is_well else say("doctor.python_remedy"))


def _disk(settings: Settings) -> Finding:
    name, place = say("doctor.disk"), settings.data_dir if settings.data_dir.exists() else settings.data_dir.absolute().parent
    try:
        free = shutil.disk_usage(place).free / 1e9
    except OSError:
        return Finding(name=name, is_well=False, detail=str(place), remedy=say("doctor.disk_unreadable"))
    is_well = free >= LEAST_FREE_GIGABYTES
    remedy = "" if is_well else say("doctor.disk_remedy", least=f"{LEAST_FREE_GIGABYTES:.0f}")
    return Finding(name=name, is_well=is_well, detail=say("doctor.disk_free", free=f"{free:.1f}"), remedy=remedy)


def _font() -> Finding:
    """Of the paper that applications are printed on."""
    name = say("doctor.font")
    try:
        folder = font_folder()
    except SettingsError as error:
        return Finding(name=name, is_well=False, detail=say("doctor.font_missing"), remedy=say("doctor.font_remedy", package=str(error)))
    return Finding(name=name, is_well=True, detail=folder.name)


def _search(settings: Settings) -> Finding:
    mode = mode_of(settings)
    missing = missing_package(settings)
    remedy = say("doctor.search_remedy", package=missing) if missing else ""
    return Finding(name=say("doctor.search"), is_well=missing is None, detail=mode.value, remedy=remedy)


def _language_model(settings: Settings) -> Finding:
    """Asks the model something, as a resident's question would be."""
    name, model = say("doctor.model"), language_model(settings)
    if model is None:
        return Finding(name=name, is_well=True, detail=say("doctor.model_unset"))
    detail = say("doctor.model_at", model=settings.language_model, address=settings.language_model_url or OWN_ADDRESS)
    failure = examine_model(model)
    remedy = named("doctor.model_remedy", failure.value) if failure else ""
    return Finding(name=name, is_well=failure is None, detail=detail, remedy=remedy)


def _scanner(settings: Settings) -> Finding:
    name = say("doctor.scanner")
    if settings.scanner_url is None:
        return Finding(name=name, is_well=True, detail=say("doctor.scanner_unset"))
    is_there = Scanner(url=settings.scanner_url, seconds=SCANNER_SECONDS).is_there()
    remedy = "" if is_there else say("doctor.scanner_remedy")
    return Finding(name=name, is_well=is_there, detail=settings.scanner_url, remedy=remedy)


def _database(settings: Settings) -> Iterator[Finding]:
    name = say("doctor.database")
    try:
        database = reachable(settings)
        if is_empty(database):
            yield Finding(name=name, is_well=True, detail=say("doctor.database_empty"))
            return
        require_current_schema(database)
    except ProjectError as error:
        detail = say("doctor.database_other" if isinstance(error, SchemaError) else "doctor.database_unreachable")
        yield Finding(name=name, is_well=False, detail=detail, remedy=str(error))
        return
    except Exception as error:  # noqa: BLE001  # Each driver raises its own; the remedy is the same.
        yield Finding(name=name, is_well=False, detail=type(error).__name__, remedy=say("doctor.database_remedy"))
        return
    yield Finding(name=name, is_well=True, detail="SQLite" if settings.is_embedded else "PostgreSQL")
    with database.reading() as session:
        dead = EmbeddedQueue(database).dead(session)
        missing = [municipality_id for municipality_id in settings.municipalities if not queries.has_staff(session, municipality_id)]
    remedy = say("doctor.dead_letters_remedy") if dead else ""
    yield Finding(name=say("doctor.dead_letters"), is_well=not dead, detail=say("doctor.dead_letters_count", count=dead), remedy=remedy)
    remedy = say("doctor.accounts_remedy", municipality=missing[0]) if missing else ""
    detail = say("doctor.accounts_missing") if missing else say("doctor.accounts_there")
    yield Finding(name=say("doctor.accounts"), is_well=not missing, detail=detail, remedy=remedy)
    database.close()


def _public_url(settings: Settings) -> Finding:
    name = say("doctor.address")
    if settings.public_url:
        return Finding(name=name, is_well=True, detail=settings.public_url)
    return Finding(name=name, is_well=False, detail=say("doctor.address_unset"), remedy=say("doctor.address_remedy"))


def _channels(settings: Settings) -> Iterator[Finding]:
    for municipality_id in settings.municipalities:
        try:
            keys = channel_keys(settings, municipality_id)
        except ProjectError:
            remedy = say("doctor.channel_remedy", names="、".join(channel_variables(settings, municipality_id)))
            name, detail = say("doctor.channel", municipality=municipality_id), say("doctor.channel_keys_missing")
            yield Finding(name=name, is_well=False, detail=detail, remedy=remedy)
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
            lines.append("    → " + finding.remedy.replace("\n", "\n      "))
    return "\n".join(lines)
