"""The API over one municipality's applications, and systems that call it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import orjson
from sqlalchemy import select

from bot.line.channel import LineChannel
from bot.line.client import LineClient
from bot.media import MediaState, MediaStore
from bot.media_kinds import Kept, Kind
from bot.media_kinds import examined as examined_media
from bot.receiving import Receiving
from bot.taps import TapSigner
from bot.telling import TELL_JOB, Teller
from console.api import create_api
from console.application_api.calling import Interface
from core.database import Database
from core.models import JobRow, Municipality
from handoff.desk_models import Media
from procedures.applications import answers_of
from procedures.loading import digest_of, read_definition
from procedures.models import Application
from procedures.outside.scopes import Scope
from procedures.outside.tokens import Tokens
from tests.client import Client
from tests.procedures.database import SEALS
from tests.procedures.outside.office import KEYRING, Office
from tests.procedures.talk import PACK, PROCEDURES

EVERYTHING = tuple(Scope)


def no_client(municipality_id: str) -> LineClient:
    raise AssertionError(f"nothing is sent to {municipality_id} in these tests")


class Served:
    """One installation; every call of a system goes through the real routes."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.office = Office(database)
        self.media = MediaStore(folder, KEYRING)
        self.procedures = PROCEDURES
        self.interface = Interface(
            database=database,
            queue=self.office.queue,
            tokens=Tokens(KEYRING),
            receiving=Receiving(
                Teller(
                    jobs=self.office.queue,
                    channel=LineChannel(KEYRING.cipher("inbound events"), lambda key: TapSigner(KEYRING.key("taps"), key), no_client),
                    packs=lambda municipality_id: PACK,
                    procedures=lambda municipality_id: self.procedures,
                    seals=SEALS,
                    media=self.media,
                )
            ),
            packs=lambda municipality_id: PACK,
            clock=self.office.clock,
        )
        self.api = create_api(database, [PACK], "light", self.office.clock, self.interface)

    def tellings(self) -> list[int]:
        """Applications whose residents will be told something."""
        with self.office.database.reading() as session:
            rows = session.scalars(select(JobRow).where(JobRow.kind == TELL_JOB).order_by(JobRow.id))
            return [row.payload["application"] for row in rows]

    def system(
        self,
        *scopes: Scope,
        procedures: Sequence[str] = (),
        municipality_id: str = "shiomi",
        name: str = "収集システム",
        days: int | None = None,
    ) -> Client:
        with self.office.database.transaction() as session:
            _, token = self.interface.tokens.make(
                session,
                municipality_id=municipality_id,
                system=name,
                scopes=scopes or EVERYTHING,
                procedures=procedures,
                known_procedures=tuple(PROCEDURES.definitions),
                staff_id=None,
                now=self.office.now,
                expires_at=self.office.now + timedelta(days=days) if days else None,
            )
        return Client(self.api, headers={"authorization": f"Bearer {token}"}, raise_server_exceptions=False)

    def stranger(self) -> Client:
        return Client(self.api, raise_server_exceptions=False)

    def other_town(self) -> None:
        with self.office.database.transaction() as session:
            session.add(Municipality(id="aoba", name="青葉市", created_at=self.office.now))

    def answer_anew(self, application: Application, answers: Mapping[str, object]) -> None:
        """As if the resident had answered so."""
        with self.office.database.transaction() as session:
            row = session.get_one(Application, application.id)
            assert row.resident_id is not None
            cipher = SEALS.existing(session, row.resident_id)
            row.sealed = cipher.encrypt(orjson.dumps({**answers_of(session, self.interface.receiving.desk("shiomi"), row), **answers}))

    def keep_photo(self, data: bytes, municipality_id: str = "shiomi") -> int:
        kept: Kept = examined_media(data)
        assert kept.kind is Kind.JPEG
        with self.office.database.transaction() as session:
            row = Media(
                municipality_id=municipality_id,
                name="写真.jpg",
                state=MediaState.WAITING,
                created_at=self.office.now,
                expires_at=self.office.now + timedelta(days=30),
            )
            session.add(row)
            session.flush()
            self.media.fill(row, kept, "写真.jpg")
            return row.id

    def make_sensitive(self, application: Application, name: str) -> None:
        """The application was filled in with a version whose field of this name is sensitive."""
        source = PROCEDURES.sources[application.procedure_id].replace(f"name: {name}\n", f"name: {name}\n        sensitive: true\n", 1)
        definition = read_definition(source, f"procedures/{application.procedure_id}.yaml", PACK, PROCEDURES.locality)
        assert definition.by_name[name].sensitive
        digest = digest_of(source)
        self.procedures = replace(
            PROCEDURES,
            definitions={**PROCEDURES.definitions, application.procedure_id: definition},
            digests={**PROCEDURES.digests, application.procedure_id: digest},
            sources={**PROCEDURES.sources, application.procedure_id: source},
        )
        with self.office.database.transaction() as session:
            session.get_one(Application, application.id).digest = digest


def problem(answer: httpx.Response) -> str:
    """The word of a refusal, which must have the form of one."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"]
    return str(body["type"]).removeprefix("urn:madoguchi:problem:")
