"""The table of places by day."""

from console.views.procedure_slots import slot_table
from procedures.fields.slot import SlotField
from tests.procedures.talk import NOW, PACK, PROCEDURES


def test_usual_capacity_is_named_as_among_the_fees_and_values() -> None:
    """The key of the value used to be shown."""
    definition = PROCEDURES.definitions["oversized_waste"]
    field = definition.by_name["date"]
    assert isinstance(field, SlotField)
    assert slot_table(field, definition, PACK, NOW.date(), []).usual_value == "1地区の1日の定員"
