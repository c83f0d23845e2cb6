"""Procedures as they hold now: those of the pack, and over them what officers published."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from core.current_packs import CurrentPacks
from core.edits import INTAKE, PROCEDURE, Edited, Edits, digest_of
from core.errors import PackError
from core.pack import Pack
from procedures.definition import Definition
from procedures.loading import FOLDER, Procedures, read_definition

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Made:
    base: Procedures
    pack: Pack
    edited: Edited
    procedures: Procedures


class CurrentProcedures:
    """Called with a municipality's id. The same value is given until something of it changes."""

    def __init__(self, edits: Edits, packs: CurrentPacks, load: Callable[[str], Procedures]) -> None:
        self._edits = edits
        self.packs = packs
        self._load = load
        self._made: dict[str, _Made] = {}

    def __call__(self, municipality_id: str) -> Procedures:
        base, pack, edited = self._load(municipality_id), self.packs(municipality_id), self._edits.of(municipality_id)
        made = self._made.get(municipality_id)
        if made is None or made.base is not base or made.pack is not pack or made.edited is not edited:
            made = _Made(base=base, pack=pack, edited=edited, procedures=with_edits(base, pack, edited))
            self._made[municipality_id] = made
        return made.procedures

    def original(self, municipality_id: str) -> Procedures:
        """Those of the pack."""
        return self._load(municipality_id)

    def original_pack(self, municipality_id: str) -> Pack:
        return self.packs.original(municipality_id)


def with_edits(base: Procedures, pack: Pack, edited: Edited) -> Procedures:
    """An edition that does not fit the pack any more gives way to the pack's own text, which does."""
    locality = base.locality if pack.values is base.locality.values else replace(base.locality, values=pack.values)
    definitions: dict[str, Definition] = dict(base.definitions)
    digests, sources = dict(base.digests), dict(base.sources)
    unfit: dict[str, str] = {}
    for procedure_id, source in edited.of(PROCEDURE).items():
        if procedure_id not in base.definitions:
            continue
        try:
            definitions[procedure_id] = read_definition(source, f"{FOLDER}/{procedure_id}.yaml", pack, locality)
            digests[procedure_id], sources[procedure_id] = digest_of(source), source
        except PackError as error:
            log.exception("an edited procedure does not fit the pack", extra={"procedure_id": procedure_id})
            unfit[procedure_id] = str(error)
    stopped: Mapping[str, str] = {name: notice for name, notice in edited.of(INTAKE).items() if name in definitions}
    return Procedures(definitions=definitions, digests=digests, sources=sources, locality=locality, stopped=stopped, unfit=unfit)
