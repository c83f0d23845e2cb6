"""To whom a case is offered, and why."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.counter_rules import CounterRules, Overflow
from handoff.assignment import Candidate, StepKind, Wanted, choose
from handoff.models import Role
from tests.handoff.counter import MORNING

RULES = CounterRules(overflow=Overflow(after_minutes=5, departments=("general_affairs", "tax")))
WANTED = Wanted(department_id="citizens", category="certificates")


def person(staff_id: int, **values: object) -> Candidate:
    return replace(Candidate(staff_id=staff_id, department_id="citizens", role=Role.STAFF), **values)  # type: ignore[arg-type]


def keys(wanted: Wanted, *people: Candidate, rules: CounterRules = RULES) -> tuple[int | None, list[str]]:
    choice = choose(wanted, people, rules)
    return choice.staff_id, [str(step.kind) for step in choice.steps]


def test_own_department_goes_first() -> None:
    assert keys(WANTED, person(1, department_id="tax"), person(2, load=3)) == (2, ["department", "no_skill", "chosen"])


@pytest.mark.parametrize("skilled", [{"skills": frozenset({"certificates"})}, {"resolved": {"certificates": 3}}])
def test_who_is_skilled_by_profile_or_by_what_they_resolved_goes_before_who_has_less_to_do(skilled: dict[str, object]) -> None:
    assert keys(WANTED, person(1), person(2, load=3, **skilled)) == (2, ["department", "skill", "chosen"])


def test_two_resolved_cases_are_not_a_skill_yet() -> None:
    assert keys(WANTED, person(1), person(2, load=3, resolved={"certificates": 2}))[0] == 1


def test_language_comes_after_skill_and_before_continuity() -> None:
    speaks = frozenset({"vi"})
    wanted = replace(WANTED, language="vi", before=3)
    people = (person(1), person(2, languages=speaks), person(3))
    assert keys(wanted, *people) == (2, ["department", "no_skill", "language", "no_continuity", "chosen"])
    skilled = person(4, skills=frozenset({"certificates"}))
    assert keys(wanted, *people, skilled) == (4, ["department", "skill", "no_language", "no_continuity", "chosen"])


def test_plain_japanese_needs_no_language() -> None:
    for language in ("ja", "easy"):
        assert "language" not in "".join(keys(replace(WANTED, language=language), person(1))[1])


def test_the_same_person_goes_on_where_they_are_there() -> None:
    assert keys(replace(WANTED, before=2), person(1), person(2, load=3)) == (2, ["department", "no_skill", "continuity", "chosen"])
    assert keys(replace(WANTED, before=2), person(1))[0] == 1


def test_overflow_waits_and_then_asks_in_order() -> None:
    helpers = (person(1, department_id="tax"), person(2, department_id="general_affairs"), person(3, department_id="children"))
    assert keys(WANTED, *helpers) == (None, ["department", "overflow_later", "nobody"])
    late = replace(WANTED, waited_minutes=5)
    assert keys(late, *helpers) == (2, ["department", "overflow", "no_skill", "chosen"])
    assert keys(late, helpers[0], helpers[2]) == (1, ["department", "overflow", "overflow", "no_skill", "chosen"])
    assert keys(late, helpers[2]) == (None, ["department", "overflow", "overflow", "nobody"])
    everybody = RULES.model_copy(update={"overflow": Overflow(after_minutes=5)})
    assert keys(late, helpers[2], rules=everybody) == (3, ["department", "overflow_all", "no_skill", "chosen"])


def test_unknown_department_asks_everybody() -> None:
    assert keys(Wanted(department_id=None), person(1, department_id="tax")) == (1, ["department_unknown", "chosen"])


def test_who_declined_is_not_asked_until_everybody_has_and_a_while_has_passed() -> None:
    declined = replace(WANTED, declined=frozenset({1}), minutes_since_asked=0.0)
    assert keys(declined, person(1), person(2, load=3))[0] == 2
    assert keys(declined, person(1)) == (None, ["department", "overflow_later", "asked_again_later", "nobody"])
    later = replace(declined, minutes_since_asked=10.0)
    assert keys(later, person(1)) == (1, ["department", "overflow_later", "asked_again", "no_skill", "chosen"])


def test_colleagues_elsewhere_are_asked_before_who_declined_is_asked_again() -> None:
    wanted = replace(WANTED, declined=frozenset({1}), waited_minutes=6, minutes_since_asked=20.0)
    assert keys(wanted, person(1), person(2, department_id="tax"))[0] == 2


def test_transfers_that_went_to_and_fro_go_to_a_supervisor() -> None:
    wanted = replace(WANTED, needs_supervisor=True)
    boss, own_boss = person(3, role=Role.SUPERVISOR, department_id="tax"), person(4, role=Role.SUPERVISOR, load=3)
    assert keys(wanted, person(1), boss)[0] == 3
    assert keys(wanted, person(1), boss, own_boss)[0] == 4
    assert keys(wanted, person(1))[0] is None
    # Nobody starves for want of a supervisor.
    assert keys(replace(wanted, waited_minutes=5), person(1, department_id="general_affairs"))[0] == 1


@pytest.mark.parametrize(
    "full",
    [{"load": 4}, {"is_wrapping_up": True}, {"channel_load": {"telephone": 1}, "load": 1}],
)
def test_who_has_no_room_or_writes_up_is_not_asked(full: dict[str, object]) -> None:
    wanted = replace(WANTED, channel="telephone")
    assert keys(wanted, person(1, **full))[0] is None
    assert keys(wanted, person(1))[0] == 1
    assert keys(replace(wanted, channel="line"), person(1, channel_load={"telephone": 1}, load=1))[0] == 1


def test_who_had_their_share_of_the_hour_is_left_out_while_others_are_there() -> None:
    much, little = person(1, offers_last_hour=12), person(2, load=3, offers_last_hour=11)
    assert keys(WANTED, much, little) == (2, ["department", "fairness", "no_skill", "chosen"])
    assert keys(WANTED, much) == (1, ["department", "fairness", "no_skill", "chosen"])
    assert keys(WANTED, much, person(2, offers_last_hour=13))[0] == 1


def test_cases_are_spread_evenly_among_equals() -> None:
    people = {number: person(number, capacity=1000) for number in range(1, 6)}
    got: Counter[int] = Counter()
    for _ in range(57):
        chosen = choose(WANTED, list(people.values()), RULES).staff_id
        assert chosen is not None
        got[chosen] += 1
        people[chosen] = people[chosen].with_one_more("line", MORNING + timedelta(seconds=sum(got.values())))
    assert max(got.values()) - min(got.values()) <= 1


def test_within_an_hour_nobody_gets_more_than_the_limit_while_somebody_else_could() -> None:
    """A specialist whom every wish points to still gets no more than their share."""
    rules = RULES.model_copy(update={"offers_per_hour": 3})
    people = {1: person(1, capacity=1000, skills=frozenset({"certificates"})), 2: person(2, capacity=1000), 3: person(3, capacity=1000)}
    got: Counter[int] = Counter()
    for _ in range(9):
        chosen = choose(WANTED, list(people.values()), rules).staff_id
        assert chosen is not None
        got[chosen] += 1
        people[chosen] = people[chosen].with_one_more("line", MORNING)
    assert got == {1: 3, 2: 3, 3: 3}


PEOPLE = st.lists(
    st.builds(
        Candidate,
        staff_id=st.integers(1, 30),
        department_id=st.sampled_from(["citizens", "tax", "general_affairs", None]),
        role=st.sampled_from([Role.STAFF, Role.SUPERVISOR]),
        languages=st.frozensets(st.sampled_from(["vi", "en"])),
        skills=st.frozensets(st.sampled_from(["certificates", "tax"])),
        load=st.integers(0, 5),
        offers_last_hour=st.integers(0, 14),
        is_wrapping_up=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda one: one.staff_id,
)
WISHES = st.builds(
    Wanted,
    department_id=st.sampled_from(["citizens", "tax", None]),
    category=st.sampled_from(["", "certificates"]),
    language=st.sampled_from(["ja", "vi"]),
    before=st.one_of(st.none(), st.integers(1, 30)),
    declined=st.frozensets(st.integers(1, 30), max_size=4),
    needs_supervisor=st.booleans(),
    waited_minutes=st.sampled_from([0.0, 10.0]),
    minutes_since_asked=st.sampled_from([None, 0.0, 30.0]),
)


@given(WISHES, PEOPLE, st.randoms(use_true_random=False))
def test_the_same_facts_give_the_same_person_in_whatever_order_they_come(wanted: Wanted, people: list[Candidate], random: object) -> None:
    choice = choose(wanted, people, RULES)
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose(wanted, shuffled, RULES) == choice
    chosen = next((one for one in people if one.staff_id == choice.staff_id), None)
    if chosen is None:
        assert choice.steps[-1].kind == StepKind.NOBODY
    else:
        assert chosen.load < chosen.capacity
        assert not chosen.is_wrapping_up
