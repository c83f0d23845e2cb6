"""Cases of every kind for the lists, written as the counter would, and people of two departments."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.models import Conversation
from console import queries
from core.models import Municipality
from handoff import cases
from handoff.cases import CaseRequest
from handoff.models import Case, CaseChannel, CaseReason, CaseState, Presence, PresenceState, Priority, Role, Staff
from handoff.packet import Packet
from tests.console.conftest import House
from tests.console.sample import ATTACK, NOW, SECRET, add_conversation, add_turn, password_hash
from tests.kept import written_once

LONG = "転入してきたばかりで何から手続きすればよいか分からず、国民健康保険と児童手当と保育園の申し込みを同じ日に済ませたいという相談"


def add_person(session: Session, login: str, name: str, department_id: str | None, role: Role = Role.STAFF, **values: object) -> Staff:
    staff = Staff(
        municipality_id="midori",
        login=login,
        name=name,
        role=role,
        department_id=department_id,
        password_hash=password_hash(),
        created_at=NOW,
        **values,
    )
    session.add(staff)
    session.flush()
    return staff


def come(session: Session, staff: Staff, state: PresenceState = PresenceState.AVAILABLE) -> None:
    session.add(Presence(staff_id=staff.id, municipality_id=staff.municipality_id, state=state, since=NOW, heartbeat_at=NOW))
    session.flush()


def open_one(
    session: Session,
    house: House,
    title: str,
    *,
    minutes: int = 5,
    said: str = "",
    municipality_id: str = "midori",
    is_on_line: bool = True,
    **values: object,
) -> Case:
    """Opened so many minutes ago."""
    then = house.clock.now - timedelta(minutes=minutes)
    conversation = None
    if is_on_line:
        key = f"case-{session.query(Conversation).count()}"
        conversation = add_conversation(session, municipality_id, key, language=str(values.get("language", "ja")))
        add_turn(session, conversation, said=said or title, replies=("担当者におつなぎします。",), at=then)
    request = CaseRequest(
        **{  # type: ignore[arg-type]
            "reason": CaseReason.ASKED,
            "title": title,
            "packet": Packet(summary=title, question=title),
            "department_id": "citizens",
            "conversation_id": conversation.id if conversation else None,
            "resident_id": conversation.resident_id if conversation else None,
            **values,
        }
    )
    return cases.open_case(session, house.packs(municipality_id), request, now=then, by=None).case


def fill_cases(house: House) -> dict[str, int]:
    """By a short name the id of each case; in a house where nothing was done yet and no page is open."""
    return dict(written_once(house.database, "cases", lambda: write_cases(house)))


def write_cases(house: House) -> dict[str, int]:
    """The same in any house."""
    with house.database.transaction() as session:
        taro = add_person(session, "taro", "山田 太郎", "citizens", languages=["vi"], skills=["証明書"])
        hanako = add_person(session, "hanako", "佐藤 花子", "environment")
        jiro = add_person(session, "jiro", "鈴木 次郎", "citizens")
        for staff in (taro, hanako, jiro):
            come(session, staff)
        found = {
            "waiting": open_one(session, house, "住民票の写しを代理で取りたい", minutes=12, said="母の代わりに住民票がほしいです"),
            "late": open_one(session, house, LONG, minutes=130, reason=CaseReason.NOTHING_FOUND),
            "crisis": open_one(
                session,
                house,
                "とてもつらいという相談",
                minutes=3,
                reason=CaseReason.CRISIS,
                priority=Priority.CRISIS,
                packet=Packet(summary="とてもつらい", risks=("self_harm",)),
            ),
            "foreign": open_one(
                session,
                house,
                "Tôi muốn hỏi về thẻ bảo hiểm",
                minutes=20,
                language="vi",
                reason=CaseReason.REJECTED,
                department_id="environment",
            ),
            "attack": open_one(session, house, ATTACK, minutes=8, department_id=None),
            "telephone": open_one(
                session,
                house,
                "粗大ごみの予約を電話で受けた",
                minutes=30,
                is_on_line=False,
                reason=CaseReason.BY_HAND,
                channel=CaseChannel.TELEPHONE,
                contact="木村様 090-0000-3333",
                department_id="environment",
            ),
            "offered": open_one(session, house, "印鑑登録をやめたい", minutes=2),
            "mine": open_one(session, house, "児童手当の振込日", minutes=40),
            "answered": open_one(session, house, "マイナンバーカードの受け取り", minutes=90),
            "snoozed": open_one(session, house, "道路の穴の連絡", minutes=200),
            "closed": open_one(session, house, "図書館の休館日", minutes=400),
            "low": open_one(session, house, "保育園の空き状況", minutes=500),
            "foreigner": open_one(session, house, SECRET, municipality_id="aoba"),
        }
        pack, now = house.packs("midori"), house.clock.now
        for name in ("mine", "answered", "snoozed", "closed", "low"):
            cases.claim(session, pack, found[name], taro if name != "low" else jiro, now=now - timedelta(minutes=30))
        for name in ("answered", "closed", "low"):
            cases.replied(session, found[name], by=taro, now=now - timedelta(minutes=20))
        cases.snooze(session, found["snoozed"], now + timedelta(hours=2), by=taro, now=now)
        reason = next(iter(pack.counter.reasons))
        for name in ("closed", "low"):
            closing, by = cases.Closing(reason=reason, minutes=5), taro if name == "closed" else jiro
            cases.close(session, pack, found[name], closing, by=by, now=now - timedelta(minutes=10))
        found["low"].satisfaction, found["low"].satisfaction_comment = 1, f"たらい回しにされました {ATTACK}"
        offered = found["offered"]
        offered.state, offered.holder_id, offered.offered_until = CaseState.OFFERED, taro.id, now + timedelta(seconds=40)
        session.flush()
        foreign = session.get_one(Municipality, "aoba")
        assert queries.staff_by_login(session, foreign.id, "administrator") is not None
        return {name: case.id for name, case in found.items()}
