"""The order of the queue, in which nobody starves; and how urgent words are."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.counter_rules import CounterRules
from core.pack_loading import load_pack
from handoff.models import Priority
from handoff.priorities import AGED, Waiting, in_order, level, longest_overtaking, priority_of, sensitive_topic
from tests.handoff.counter import MORNING

RULES = CounterRules(ageing_minutes=15)
AGEING = timedelta(minutes=15)
SHIOMI = load_pack("shiomi").counter


def waiting(case_id: int, priority: int = Priority.ORDINARY, *, minutes: float = 0, warned: int = 0) -> Waiting:
    return Waiting(case_id=case_id, priority=priority, since=MORNING - timedelta(minutes=minutes), warned=warned)


@pytest.mark.parametrize(
    ("queue", "expected"),
    [
        ([waiting(1), waiting(2, Priority.DEADLINE), waiting(3, Priority.VULNERABLE), waiting(4, Priority.CRISIS)], [4, 3, 2, 1]),
        ([waiting(1, minutes=1), waiting(2, minutes=5)], [2, 1]),  # first come, first served
        ([waiting(1, minutes=5), waiting(2, minutes=1, warned=80)], [2, 1]),  # whose time runs out
        ([waiting(1, minutes=1, warned=80), waiting(2, Priority.DEADLINE)], [2, 1]),  # but not before a higher level
        ([waiting(1, minutes=16), waiting(2, Priority.DEADLINE)], [1, 2]),  # waiting lifts by one level
        ([waiting(1, minutes=31), waiting(2, Priority.VULNERABLE, minutes=1)], [1, 2]),
        ([waiting(1, minutes=600), waiting(2, Priority.CRISIS)], [2, 1]),  # a crisis goes before whatever has only waited
        ([waiting(2), waiting(1)], [1, 2]),  # the same facts always give the same order
    ],
)
def test_what_comes_first(queue: list[Waiting], expected: list[int]) -> None:
    assert [one.case_id for one in in_order(queue, MORNING, RULES)] == expected


@pytest.mark.parametrize(
    ("priority", "minutes", "expected"),
    [
        (Priority.ORDINARY, 0, 1),
        (Priority.ORDINARY, 14.9, 1),
        (Priority.ORDINARY, 15, 2),
        (Priority.ORDINARY, 30, 3),
        (Priority.ORDINARY, 9999, AGED),
        (Priority.VULNERABLE, 9999, AGED),
        (Priority.CRISIS, 0, Priority.CRISIS),
        (Priority.ORDINARY, -5, 1),  # a clock that was set back
    ],
)
def test_waiting_lifts_up_to_a_level(priority: Priority, minutes: float, expected: int) -> None:
    assert level(waiting(1, priority, minutes=minutes), MORNING, AGEING) == expected


QUEUES = st.lists(
    st.tuples(st.sampled_from(Priority), st.integers(min_value=0, max_value=300), st.sampled_from((0, 50, 80, 100))),
    min_size=2,
    max_size=25,
)


@given(QUEUES)
def test_nobody_who_has_waited_long_is_overtaken_by_who_came_later(drawn: list[tuple[Priority, int, int]]) -> None:
    """The bound: after `longest_overtaking` only older cases and crises go before."""
    queue = [waiting(number, priority, minutes=minutes, warned=warned) for number, (priority, minutes, warned) in enumerate(drawn)]
    order = list(in_order(queue, MORNING, RULES))
    for place, one in enumerate(order):
        if MORNING - one.since < longest_overtaking(one.priority, AGEING):
            continue
        assert all(other.since <= one.since or other.priority == Priority.CRISIS for other in order[:place])


@given(st.lists(st.tuples(st.sampled_from([p for p in Priority if p is not Priority.CRISIS]), st.integers(0, 9)), min_size=1, max_size=120))
def test_waiting_is_bounded_however_many_come(arrivals: list[tuple[Priority, int]]) -> None:
    """More comes than is served, the most urgent last: each case still waits for no more than those before it and those of its ageing."""
    serving = timedelta(minutes=5)
    queue: list[Waiting] = []
    served: list[Waiting] = []
    now = MORNING
    coming = [
        (MORNING + timedelta(minutes=sum(gap for _, gap in arrivals[: number + 1])), number, priority)
        for number, (priority, _) in enumerate(arrivals)
    ]
    while coming or queue:
        while coming and coming[0][0] <= now:
            moment, number, priority = coming.pop(0)
            queue.append(Waiting(case_id=number, priority=priority, since=moment))
        if queue:
            one = in_order(queue, now, RULES)[0]
            queue.remove(one)
            served.append(one)
            bound = longest_overtaking(one.priority, AGEING) + serving * (one.case_id + 1)
            assert now - one.since <= bound
        now += serving
    assert len(served) == len(arrivals)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("夫から逃げてきました。住所を知られたくない", "domestic_violence"),
        ("支援措置について相談したい", "domestic_violence"),
        ("隣の子どもが虐待されているかもしれません", "abuse"),
        ("住民税を滞納しています", "arrears"),
        ("固定資産税が払えません", "arrears"),
        ("差し押さえの通知が来ました", "arrears"),
        ("父が亡くなりました。手続きは？", "bereavement"),
        ("生活保護を受けたい", "public_assistance"),
        ("せいかつほごの そうだん", "public_assistance"),
        ("I cannot pay my tax this month", "arrears"),
        ("犬が死んでしまいました", None),
        ("粗大ごみの出し方", None),
        ("住民票がほしい", None),
        ("児童虐待防止の講演会はいつですか", None),
        ("税金はコンビニで払えますか", None),
    ],
)
def test_sensitive_topics_of_the_sample_city(text: str, expected: str | None) -> None:
    topic = sensitive_topic(SHIOMI, text)
    assert (topic.id if topic else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("住民票がほしい", Priority.ORDINARY),
        ("提出が今日までなんです", Priority.DEADLINE),
        ("きょうのうちに まにあいますか", Priority.DEADLINE),
        ("今日が締切の書類", Priority.DEADLINE),
        ("The deadline is today", Priority.DEADLINE),
        ("避難所にいます。薬がありません", Priority.VULNERABLE),
        ("避難所の場所を知りたい", Priority.ORDINARY),
        ("もう食べるものがない", Priority.VULNERABLE),
        ("電気を止められました", Priority.VULNERABLE),
    ],
)
def test_how_urgent_words_are(text: str, expected: Priority) -> None:
    assert priority_of(SHIOMI, text) == expected


def test_the_most_urgent_of_words_topic_and_crisis_counts() -> None:
    topic = sensitive_topic(SHIOMI, "生活保護を受けたい")
    assert priority_of(SHIOMI, "今日までに生活保護の書類を出したい", topic=topic) == Priority.VULNERABLE
    assert priority_of(SHIOMI, "住民票", is_crisis=True) == Priority.CRISIS
