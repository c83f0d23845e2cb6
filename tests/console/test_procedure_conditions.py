"""Conditions of the sample city's procedures in words: no code, and nothing that reads oddly."""

from datetime import UTC, datetime

import pytest

from console.views.procedure_conditions import Drawn, condition_words
from procedures.conditions import Condition
from procedures.loading import load_procedures
from tests.procedures.talk import PACK

PROCEDURES = load_procedures("shiomi")


@pytest.mark.parametrize(
    ("procedure", "written", "said"),
    [
        ("road_damage", {"field": "place.owner", "in": ["national", "prefecture"]}, "「場所」の管理者が国、県のどれか"),
        ("road_damage", {"field": "place.owner", "is": "private"}, "「場所」の管理者が私道の持ち主"),
        ("road_damage", {"field": "fact.near", "filled": True}, "近くの通報あり"),
        ("oversized_waste", {"field": "fact.repeated", "filled": False}, "同じ申込みなし"),
        ("oversized_waste", {"field": "address.has_building", "is_not": True}, "「収集場所の住所」の建物の名前なし"),
        ("dog_registration", {"field": "event", "is_not": "died"}, "「届け出ること」が「亡くなった」以外"),
        ("road_damage", {"field": "danger", "is": True}, "「差し迫った危険」が「危険があります」"),
    ],
)
def test_condition_reads_as_words(procedure: str, written: dict[str, object], said: str) -> None:
    drawn = Drawn(definition=PROCEDURES.definitions[procedure], values=PACK.values, now=datetime(2026, 11, 29, tzinfo=UTC))
    assert condition_words(Condition.model_validate(written), drawn) == said
