"""Two invented towns with everything that the console shows, written straight into the tables."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from bot.feedback import record_reason, record_verdict
from bot.models import (
    CallState,
    Conversation,
    Direction,
    FeedbackReason,
    MessageRow,
    OutgoingCall,
    Quota,
    Resident,
    TurnRow,
    Verdict,
)
from console.passwords import hash_password
from core.clock import to_milliseconds
from core.models import JobRow, JobState, Municipality
from core.pack import Pack
from core.pack_loading import CONTENT, load_pack
from faq.drafts import EntryDraft
from faq.entries import Saved, edit_and_publish
from handoff.callbacks import open_callback
from handoff.models import Role, Staff
from retrieval.passages import Translation
from tests.console.sample_procedures import write_procedures

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""A Tuesday, 11:00 in Japan."""
PASSWORD = "みどり-hill-42-river"
ATTACK = "<script>alert('x')</script><img src=x onerror=alert(1)>"
SECRET = "青葉市だけの秘密"

DEPARTMENTS = """
departments:
  - id: citizens
    name: {name}市民課
    phone: 0490-00-2001
    hours: [{{days: [mon, tue], open: "08:30", close: "17:15"}}]
  - id: environment
    name: {name}環境課
    phone: 0490-00-2002
    hours: [{{days: [mon, tue], open: "08:30", close: "17:15"}}]
"""
VALUES = """
fee.certificate:
  - {value: 300円, until: 2027-03-31}
  - {value: 400円, from: 2027-04-01}
fee.old:
  - {value: 100円, until: 2020-03-31}
"""

PROCEDURE = """# {name}市の見本
id: {key}_loan
title: {name}市のベンチの貸し出し
department: environment
starts: [ベンチ]
assurance: L1
legal_basis: 条例
retention: {{days: 365, because: 規程}}
thanks: 受け付けました。受付番号は {{number}}、料金は{{price}}です。
tells:
  accepted: 用意しました。  # 早めに
  returned: 確かめてください。{{reason}}
  refused: お受けできません。{{reason}}
  done: 返却を確かめました。
steps:
  - title: 借りる物
    fields:
      - name: kind
        type: choice
        label: 種類
        ask: どれを借りますか。
        options: [{{value: small, label: 小さいベンチ}}, {{value: large, label: 大きいベンチ}}]
      - {{name: count, type: number, label: 本数, ask: 何本いりますか。, least: 1, most: 3, unit: 本}}
      - name: day
        type: slot
        label: 受け取る日
        ask: いつ受け取りますか。
        schedule: 月・木
        capacity: 2
        after: 1 day
        until: 300 days
        notes: [{{when: {{field: count, at_least: 3}}, say: 3本は車で来てください。}}]
      - {{name: price, type: computed, label: 料金, product_of: [count, fees.loan], is_money: true}}
      - {{name: paper, type: computed, label: 証明, sum_of: [fees.paper], is_money: true}}
fees:
  loan: {{label: 貸出料, by: kind, day_of: day.day, rows: [{{key: small, amount: 100}}, {{key: large, amount: 200}}]}}
  paper: {{value: fee.certificate, day_of: day.day}}
translations:
  en: {{fields.kind.ask: Which one would you like to borrow?, fields.count.ask: How many?}}
"""


def make_packs(folder: Path) -> Callable[[str], Pack]:
    """Packs of 緑市 (midori) and 青葉市 (aoba), with the sentences that all share."""
    (folder / "common").symlink_to(CONTENT / "common")
    for key, name in (("midori", "緑"), ("aoba", "青葉")):
        (folder / key / "values").mkdir(parents=True)
        (folder / key / "municipality.yaml").write_text(f"id: {key}\nname: {name}市\ngeneral_department: citizens\n", "utf-8")
        (folder / key / "departments.yaml").write_text(DEPARTMENTS.format(name=name), "utf-8")
        (folder / key / "values" / "fees.yaml").write_text(VALUES, "utf-8")
        write_procedures(folder / key)
        (folder / key / "procedures" / f"{key}_loan.yaml").write_text(PROCEDURE.format(key=key, name=name), "utf-8")
    return lambda municipality_id: load_pack(municipality_id, folder)


@cache
def password_hash() -> str:
    return hash_password(PASSWORD)


def fill(session: Session, packs: Callable[[str], Pack]) -> None:
    for key, name in (("midori", "緑市"), ("aoba", "青葉市")):
        session.add(Municipality(id=key, name=name, content_revision=0, pack_digest="", created_at=NOW))
    session.flush()
    for role in Role:
        add_staff_row(session, "midori", role.value, role)
    add_staff_row(session, "aoba", "administrator", Role.ADMINISTRATOR)
    add_content(session, packs)
    add_talk(session)
    add_foreign(session, packs)
    session.add(Quota(municipality_id="midori", limit=5000, used=4300, read_at=NOW - timedelta(hours=2)))
    add_callbacks(session)
    for municipality_id, kind in (("midori", "turn"), (None, "read_quota"), ("aoba", "deliver")):
        add_dead_letter(session, municipality_id, kind)


def add_staff_row(session: Session, municipality_id: str, login: str, role: Role) -> None:
    row = Staff(
        municipality_id=municipality_id,
        login=login,
        name=f"{role.value}さん",
        role=role,
        department_id=None,
        password_hash=password_hash(),
        is_active=True,
        created_at=NOW,
    )
    session.add(row)
    session.flush()


def add_content(session: Session, packs: Callable[[str], Pack]) -> None:
    drafts = [
        EntryDraft(
            id="certificates-copy",
            question="住民票の写しはどこで取れますか。",
            answer="市民課の窓口で取れます。手数料は{{ fee.certificate }}です。",
            phrasings=("住民票", "住民票がほしい"),
            category="証明書",
            department_id="citizens",
            source_url="https://www.city.midori.example.jp/juminhyo/",
            checked_on=NOW.date(),
            translations={"en": Translation(question="Where do I get a copy?", answer="At the counter, for {{ fee.certificate }}.")},
        ),
        EntryDraft(
            id="dogs", question="犬を飼い始めました。", answer="30日以内に登録してください。", category="動物", department_id="environment"
        ),
        *(
            EntryDraft(id=f"waste-{number}", question=f"ごみの質問その{number}", answer=f"ごみの答えその{number}", category="ごみ")
            for number in range(1, 36)
        ),
    ]
    for draft in drafts:
        outcome = edit_and_publish(session, packs("midori"), draft, "初期の担当", NOW - timedelta(days=10))
        assert isinstance(outcome, Saved), outcome


def add_foreign(session: Session, packs: Callable[[str], Pack]) -> None:
    draft = EntryDraft(id="aoba-only", question=SECRET, answer=SECRET, category="青葉の分類", phrasings=(SECRET,))
    assert isinstance(edit_and_publish(session, packs("aoba"), draft, "青葉の担当", NOW), Saved)
    conversation = add_conversation(session, "aoba", "aoba-1")
    add_turn(session, conversation, said=SECRET, replies=(SECRET,))
    add_feedback(session, SECRET, Verdict.NOT_HELPED)


def add_conversation(
    session: Session, municipality_id: str, key: str, *, language: str | None = None, is_blocked: bool = False
) -> Conversation:
    resident = Resident(
        municipality_id=municipality_id, language=language, is_friend=not is_blocked, blocked_at=NOW if is_blocked else None, created_at=NOW
    )
    session.add(resident)
    session.flush()
    conversation = Conversation(
        municipality_id=municipality_id,
        key=key,
        kind="person",
        resident_id=resident.id,
        state={"kind": "idle"},
        created_at=NOW,
        last_turn_at=NOW,
    )
    session.add(conversation)
    session.flush()
    return conversation


def add_turn(
    session: Session,
    conversation: Conversation,
    *,
    said: str,
    replies: tuple[str, ...] = (),
    decision: str | None = "answer",
    status: str | None = "answered_confident",
    state: CallState = CallState.SENT,
    via: str | None = "reply",
    entries: tuple[dict[str, object], ...] = (),
    trace: dict[str, object] | None = None,
    kind: str = "text",
    at: datetime = NOW - timedelta(minutes=5),
    **message: object,
) -> None:
    count = session.query(TurnRow).count()
    turn = TurnRow(
        uid=f"turn-{count}",
        municipality_id=conversation.municipality_id,
        conversation_id=conversation.id,
        route="answer",
        status=status,
        decision=decision,
        entries=list(entries),
        trace=trace or {},
        milliseconds=12.3,
        at=at,
    )
    session.add(turn)
    session.flush()
    shared = {"municipality_id": conversation.municipality_id, "conversation_id": conversation.id, "turn_id": turn.id, "at": at}
    session.add(MessageRow(direction=Direction.INBOUND, kind=kind, text=said, **shared, **message))
    session.flush()
    if not replies:
        return
    call = OutgoingCall(
        municipality_id=conversation.municipality_id,
        conversation_id=conversation.id,
        body=[],
        state=state,
        via=via,
        retry_key=f"retry-{count}",
        cost=1 if via == "push" else 0,
        error="HTTP 400" if state == CallState.FAILED else None,
        created_at=at,
        settled_at=at,
    )
    session.add(call)
    session.flush()
    for reply in replies:
        session.add(MessageRow(direction=Direction.OUTBOUND, kind="text", text=reply, call_id=call.id, **shared))
        session.flush()


def add_talk(session: Session) -> None:
    """Conversation 1: every state of a call, every decision, words that attack, a message that was taken back."""
    first = add_conversation(session, "midori", "m-1")
    hits = [
        {"entry": "certificates-copy", "question": "住民票の写しはどこで取れますか。", "score": 0.91, "parts": {"bm25": 0.8, "vector": 0.7}}
    ]
    trace = {"confidence": 0.87, "tokens": ["住民票", "どこ"], "hits": hits, "normalised": "住民票はどこ"}
    used = ({"entry": "certificates-copy", "version": 1, "quoted": True},)
    add_turn(
        session, first, said="住民票はどこ", replies=("市民課の窓口で取れます。",), entries=used, trace=trace, at=NOW - timedelta(days=1)
    )
    add_turn(session, first, said=ATTACK, replies=("わかりませんでした。",), decision="refuse", status="unanswerable_no_passage")
    for state in CallState:
        add_turn(session, first, said=f"状態 {state}", replies=("返事",), decision="choices", status="choices_tie", state=state, via="push")
    add_turn(session, first, said="", kind="text", is_taken_back=True, decision=None, status=None)
    add_turn(session, first, said="AskEntry", kind="tap")
    add_turn(session, first, said="", kind="image", decision="handoff", status="handoff_asked_for", replies=("人におつなぎします。",))
    blocked = add_conversation(session, "midori", "m-2", language="vi", is_blocked=True)
    add_turn(session, blocked, said="Xin chào 100%", replies=("Xin chào",))
    for number in range(3, 36):
        add_turn(session, add_conversation(session, "midori", f"m-{number}"), said=f"番号{number}の質問", replies=("答え",))
    add_feedback(session, "住民票はどこ", Verdict.NOT_HELPED)
    add_feedback(session, "番号3の質問", Verdict.HELPED)


def add_feedback(session: Session, said: str, verdict: Verdict) -> None:
    turn = session.query(TurnRow).join(MessageRow, MessageRow.turn_id == TurnRow.id).filter(MessageRow.text == said).first()
    assert turn is not None
    feedback = record_verdict(session, turn, verdict, NOW - timedelta(minutes=3))
    if verdict is Verdict.NOT_HELPED:
        comment = f"料金が古いです {ATTACK} 090-1234-5678"
        record_reason(session, turn, FeedbackReason.WRONG, comment, said_in=turn, now=NOW - timedelta(minutes=2))
    assert feedback.id


def add_callbacks(session: Session) -> None:
    conversation = session.query(Conversation).filter(Conversation.key == "m-1").one()
    foreign = session.query(Conversation).filter(Conversation.key == "aoba-1").one()
    for owner, phone, topic, days in (
        (conversation, "090-0000-1111", ATTACK, -3),
        (conversation, "090-0000-2222", "転入について", 1),
        (foreign, "090-9999-9999", SECRET, 0),
    ):
        open_callback(
            session,
            municipality_id=owner.municipality_id,
            conversation_id=owner.id,
            department_id="citizens",
            phone=phone,
            preferred_time="午前",
            topic=topic,
            promised_from=NOW + timedelta(days=days),
            now=NOW - timedelta(days=4),
        )
        session.flush()


def add_dead_letter(session: Session, municipality_id: str | None, kind: str) -> None:
    session.add(
        JobRow(
            kind=kind,
            key=None,
            payload={},
            state=JobState.DEAD,
            run_at=to_milliseconds(NOW),
            attempts=6,
            error=f"TemporaryError of {municipality_id}",
            municipality_id=municipality_id,
            created_at=to_milliseconds(NOW),
            finished_at=to_milliseconds(NOW - timedelta(hours=1)),
        )
    )
    session.flush()
