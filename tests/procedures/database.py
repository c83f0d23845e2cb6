"""Residents and applications on a database, for tests."""

from dataclasses import dataclass
from datetime import datetime

from bot.models import Resident
from core.database import Database
from core.encryption import Keyring
from core.models import Municipality
from handoff.models import Staff
from procedures.applications import Desk
from procedures.facts import Facts
from procedures.keys import Seals
from procedures.submitting import Submitted, submit
from tests.procedures.talk import NOW, PROCEDURES, Talk, sample_facts

SEALS = Seals(Keyring("a secret of the tests that is long enough"))
DESK = Desk(seals=SEALS, procedures=PROCEDURES, municipality_id="shiomi")
SAID = {
    "oversized_waste": ("家庭", "布団2枚", "以上", "港町3-2-1", "12月8日", "玄関前", "田中 太郎 タナカ タロウ", "090-1234-5678"),
    "dog_registration": (
        "亡くなった", "登録していない", "きのう", "コロ", "第12号", "郵送", "田中 太郎 タナカ タロウ", "港町3-2-1", "090-1234-5678",
    ),
    "road_damage": ("ありません", "道路", "穴", "なし", "汐見中央公園の前", "直径30cmの穴", "LINEで受け取る"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class People:
    """Ids of a resident, another one, and a member of staff."""

    resident: int
    other: int
    staff: int


def settled(database: Database) -> People:
    with database.transaction() as session:
        session.add(Municipality(id="shiomi", name="汐見市", created_at=NOW))
        session.flush()
        residents = [Resident(municipality_id="shiomi", created_at=NOW) for _ in range(2)]
        staff = Staff(municipality_id="shiomi", login="tanaka", name="田中", role="staff", password_hash="x", created_at=NOW)
        session.add_all([*residents, staff])
        session.flush()
        return People(resident=residents[0].id, other=residents[1].id, staff=staff.id)


def confirmed(
    procedure: str, uid: str = "uid", *, facts: Facts | None = None, now: datetime = NOW, replacing: dict[str, str] | None = None
) -> Talk:
    """A talk that has come to the confirmation and was confirmed."""
    talk = Talk(procedure, now=now, facts=facts, uid=uid)
    swapped = replacing or {}
    talk.say(*(swapped.get(text, text) for text in SAID[procedure]))
    talk.confirm()
    return talk


def submitted(
    database: Database,
    resident_id: int,
    procedure: str = "oversized_waste",
    uid: str = "uid",
    *,
    now: datetime = NOW,
    keeps: bool = False,
    facts: Facts | None = None,
    replacing: dict[str, str] | None = None,
) -> Submitted:
    talk = confirmed(procedure, uid, now=now, facts=facts, replacing=replacing)
    kept = tuple(field.name for field in talk.definition.asked if field.keeps) if keeps else ()
    with database.transaction() as session:
        return submit(
            session, DESK, talk.step.state, resident_id=resident_id, language="ja", now=now, facts=facts or sample_facts(), keeps=kept
        )
