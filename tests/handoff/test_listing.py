"""Lists: who sees which case, tabs, filters, order, and search in full text with Japanese days."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.models import MessageRow
from handoff import cases, queries
from handoff.models import Role, Staff
from handoff.packet import Packet
from handoff.queries import CaseFilter, Order, Tab
from tests.handoff.counter import Counter, at


def listed(counter: Counter, staff_id: int, **values: object) -> list[int]:
    with counter.database.reading() as session:
        wanted = CaseFilter(staff=session.get_one(Staff, staff_id), **values)  # type: ignore[arg-type]
        found = [case.id for case in queries.cases(session, wanted)]
        assert queries.count_of(session, wanted) == len(found)
        return found


def counted(counter: Counter, staff_id: int) -> dict[Tab, int]:
    with counter.database.reading() as session:
        return dict(queries.tally(session, counter.pack.id).counts(session.get_one(Staff, staff_id)))


def test_tabs_and_their_counts(counter: Counter) -> None:
    tanaka, sato = counter.add_staff("tanaka"), counter.add_staff("sato")
    waiting = counter.open(counter.add_talk())
    held = counter.held(counter.add_talk(), tanaka)
    answered = counter.held(counter.add_talk(), sato, is_answered=True)
    snoozed = counter.held(counter.add_talk(), tanaka)
    counter.snooze(snoozed, tanaka, hours=1)
    closed = counter.held(counter.add_talk(), tanaka)
    counter.close(closed, tanaka)
    expected = {
        Tab.UNASSIGNED: {waiting},
        Tab.MINE: {held, snoozed},
        Tab.DEPARTMENT: {waiting, held, answered, snoozed},
        Tab.WAITING_FOR_RESIDENT: {answered},
        Tab.SNOOZED: {snoozed},
        Tab.CLOSED: {closed},
        Tab.ALL: {waiting, held, answered, snoozed, closed},
    }
    assert {tab: set(listed(counter, tanaka, tab=tab)) for tab in Tab} == expected
    counts = counted(counter, tanaka)
    assert counts == {tab: len(found) for tab, found in expected.items() if tab not in (Tab.CLOSED, Tab.ALL)} | {Tab.ALL: 4}


def test_staff_see_their_department_and_what_concerns_them(counter: Counter) -> None:
    tanaka, tax = counter.add_staff("tanaka"), counter.add_staff("tax", department_id="tax")
    boss = counter.add_staff("boss", role=Role.SUPERVISOR, department_id="general_affairs")
    own = counter.held(counter.add_talk(), tanaka)
    nobody = counter.open(counter.add_talk(), department_id=None)
    foreign = counter.open(counter.add_talk(), department_id="tax")
    assert set(listed(counter, tanaka)) == {own, nobody}
    assert set(listed(counter, tax)) == {foreign, nobody}
    assert set(listed(counter, boss)) == {own, nobody, foreign}
    with counter.database.reading() as session:
        assert queries.case_seen_by(session, session.get_one(Staff, tax), own) is None
        assert queries.case_seen_by(session, session.get_one(Staff, tanaka), own) is not None
    with counter.working_on(own) as (session, case):
        cases.note(session, case, "教えてください", [tax], by=session.get_one(Staff, tanaka), now=counter.now)
    assert own in listed(counter, tax)


def test_number_of_a_tab_is_that_of_its_list(counter: Counter) -> None:
    """It used to count what only concerned one person, which the list that all of a department share leaves out."""
    tanaka, tax = counter.add_staff("tanaka"), counter.add_staff("tax", department_id="tax")
    boss = counter.add_staff("boss", role=Role.SUPERVISOR, department_id="general_affairs")
    free = counter.add_staff("free", department_id=None)
    asked = [counter.open(counter.add_talk(), department_id="tax") for _ in range(2)]
    asked.append(counter.held(counter.add_talk(), boss, is_answered=True))
    asked.append(counter.held(counter.add_talk(), tanaka))
    counter.open(counter.add_talk(), department_id=None)
    counter.claim(counter.open(counter.add_talk(), department_id="tax"), tanaka)
    snoozed = counter.open(counter.add_talk(), department_id="tax")
    counter.claim(snoozed, tanaka)
    counter.snooze(snoozed, tanaka, hours=1)
    closed = counter.held(counter.add_talk(), tanaka)
    counter.close(closed, tanaka)
    for case_id in (*asked, closed):
        with counter.working_on(case_id) as (session, case):
            for _ in range(2):
                cases.note(session, case, "教えてください", [tanaka, tax], by=session.get_one(Staff, boss), now=counter.now)
    with counter.database.reading() as session:
        for staff_id in (tanaka, tax, boss, free):
            staff = session.get_one(Staff, staff_id)
            everybody = Staff(id=queries.NOBODY, municipality_id=staff.municipality_id, role=staff.role, department_id=staff.department_id)
            counts = queries.tally(session, counter.pack.id).counts(staff)
            for tab in set(Tab) - {Tab.CLOSED, Tab.ALL}:
                seen_by = staff if tab in queries.OWN_TABS else everybody
                assert counts[tab] == queries.count_of(session, CaseFilter(staff=seen_by, tab=tab)), (staff.name, tab)
        assert queries.tally(session, counter.pack.id).owed_by(tanaka) == 2
        assert queries.tally(session, "midori").counts(session.get_one(Staff, boss))[Tab.ALL] == 0


def test_change_is_told_to_the_lists_in_which_the_case_stands(counter: Counter) -> None:
    tanaka, tax = counter.add_staff("tanaka"), counter.add_staff("tax", department_id="tax")

    def told(act: Callable[[], object]) -> set[str]:
        before = len(counter.topics())
        act()
        return {topic for topic in counter.topics()[before:] if not topic.startswith("case:")}

    case_id = counter.held(counter.add_talk(), tanaka)
    assert told(lambda: counter.reply(case_id, tanaka)) == {"queue:*", "queue:citizens", f"staff:{tanaka}"}
    with counter.working_on(case_id) as (session, case):
        cases.note(session, case, "教えてください", [tax], by=session.get_one(Staff, tanaka), now=counter.now)
    assert told(lambda: counter.write(case_id)) == {"queue:*", "queue:citizens", f"staff:{tanaka}", f"staff:{tax}"}
    moved = told(lambda: counter.transfer(case_id, tanaka, department="children"))
    assert moved >= {"queue:*", "queue:citizens", "queue:children", f"staff:{tanaka}"}
    assert told(lambda: counter.open(counter.add_talk(), department_id=None)) == {"queue"}
    with counter.database.reading() as session:
        assert queries.topics_of(session.get_one(Staff, tax)) == ("queue", "queue:tax")
        assert queries.topics_of(Staff(role=Role.SUPERVISOR, department_id="tax")) == ("queue", "queue:*")


def test_one_municipality_never_sees_the_cases_of_another(counter: Counter) -> None:
    from core.models import Municipality

    with counter.database.transaction() as session:
        session.add(Municipality(id="midori", name="みどり市", created_at=counter.now))
    own = counter.open(counter.add_talk())
    outsider = counter.add_staff("outsider", municipality_id="midori", role=Role.ADMINISTRATOR, department_id=None)
    assert listed(counter, outsider) == []
    with counter.database.reading() as session:
        assert queries.case_in(session, "midori", own) is None
        assert queries.case_in(session, "shiomi", own) is not None


def test_order_by_due_age_and_news(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka", capacity=9)
    answered = counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.later(minutes=1)
    old = counter.open(counter.add_talk())
    counter.later(minutes=1)
    urgent = counter.open(counter.add_talk(), priority=cases.Priority.CRISIS)
    assert listed(counter, tanaka, order=Order.DUE) == [urgent, old, answered]
    assert listed(counter, tanaka, order=Order.AGE) == [answered, old, urgent]
    assert listed(counter, tanaka, order=Order.NEWEST) == [urgent, old, answered]


def test_filters(counter: Counter) -> None:
    boss = counter.add_staff("boss", role=Role.SUPERVISOR)
    plain = counter.open(counter.add_talk())
    vietnamese = counter.open(counter.add_talk(), language="vi", reason=cases.CaseReason.ERROR, department_id="tax")
    assert listed(counter, boss, language="vi") == [vietnamese]
    assert listed(counter, boss, reason="error") == [vietnamese]
    assert listed(counter, boss, department_id="citizens") == [plain]
    assert listed(counter, boss, is_escalated=True) == []


def say(session: Session, counter: Counter, talk: int, text: str) -> None:
    session.add(
        MessageRow(municipality_id=counter.pack.id, conversation_id=talk, direction="inbound", kind="text", text=text, at=counter.now)
    )


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("粗大ごみ", True),
        ("布団", True),  # in the packet
        ("マットレス", True),  # in the talk
        ("浜町 マットレス", True),  # each word somewhere
        ("浜町 冷蔵庫", False),
        ("ＡＢＣ", True),  # written narrow in the note
        ("abc", True),
        ("090-1111-2222", True),  # the contact
        ("100%", True),
        ("100_", False),  # no wildcard
        ("令和8年11月24日", True),
        ("R8.11.24", True),
        ("2026-11-24", True),
        ("2026年11月25日", False),
        ("令和8年11月20日", True),  # of a message
        ("", True),
    ],
)
def test_search(counter: Counter, words: str, is_found: bool) -> None:
    tanaka = counter.add_staff("tanaka")
    talk = counter.add_talk()
    packet = Packet(summary="布団を捨てたい", question="手数料は100%戻りますか")
    case_id = counter.open(talk, title="粗大ごみのこと", packet=packet, contact="090-1111-2222")
    with counter.working_on(case_id) as (session, case):
        cases.note(session, case, "浜町の人。ABC-5", [], by=session.get_one(Staff, tanaka), now=counter.now)
        say(session, counter, talk, "マットレスもあります")
    counter.now = at("2026-11-20T15:00")
    with counter.database.transaction() as session:
        say(session, counter, talk, "先週も聞きました")
    assert listed(counter, tanaka, words=words) == ([case_id] if is_found else [])


def test_search_by_number(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    first, second = (
        counter.open(counter.add_talk(), title="a", packet=Packet()),
        counter.open(counter.add_talk(), title="b", packet=Packet()),
    )
    assert listed(counter, tanaka, words=f"#{first}") == [first]
    assert listed(counter, tanaka, words=str(second)) == [second]


def test_pages_of_a_list(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    opened = []
    for _ in range(5):
        counter.now += timedelta(seconds=1)
        opened.append(counter.open(counter.add_talk()))
    with counter.database.reading() as session:
        wanted = CaseFilter(staff=session.get_one(Staff, tanaka), order=Order.AGE)
        pages = [[case.id for case in queries.cases(session, wanted, limit=2, offset=offset)] for offset in (0, 2, 4)]
    assert pages == [opened[:2], opened[2:4], opened[4:]]
