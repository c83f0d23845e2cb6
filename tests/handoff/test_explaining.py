"""Every step of routing is said in words, with names."""

from handoff.assignment import Step, StepKind
from handoff.events import EventKind, name_of
from handoff.explaining import explain
from tests.handoff.counter import Counter

VALUES = {"department": "citizens", "count": 2, "minutes": 5, "category": "tax", "language": "vi", "staff": 1, "limit": 12, "load": 0}


def test_every_step_has_words(counter: Counter) -> None:
    counter.add_staff("田中")
    case_id = counter.open(counter.add_talk())
    with counter.working_on(case_id) as (session, case):
        case.routing = [Step(kind=kind, values={**VALUES, "staff": 1}).dump() for kind in StepKind]
        said = explain(session, counter.pack, case)
    assert len(set(said)) == len(StepKind)
    assert "市民課" in said[0]


def test_chosen_person_is_named(counter: Counter) -> None:
    counter.add_staff("田中")
    case_id = counter.open(counter.add_talk())
    counter.tend()
    with counter.working_on(case_id) as (session, case):
        assert explain(session, counter.pack, case)[-1] == "手元の案件が少ない田中さん（0件）に打診しました。"


def test_every_event_has_a_name() -> None:
    names = [name_of(kind) for kind in EventKind]
    assert all(name != kind for name, kind in zip(names, EventKind, strict=True))
    assert len(set(names)) == len(names)
