"""The rules of a counter: defaults, the common part, and mistakes that are named with their place."""

from pathlib import Path

import pytest

from core.counter_rules import CounterRules
from core.errors import PackError
from core.pack_loading import CONTENT, blank_pack, load_pack


def written(folder: Path, text: str) -> Path:
    """A content folder whose only pack has this counter.yaml."""
    for name in ("common", "shiomi"):
        (folder / name).mkdir()
        for path in (CONTENT / name).iterdir():
            (folder / name / path.name).symlink_to(path)
    (folder / "shiomi" / "counter.yaml").unlink()
    (folder / "shiomi" / "counter.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_pack_may_do_without_the_file() -> None:
    rules = CounterRules()
    assert (rules.capacity, rules.grace_seconds, rules.reopen_hours) == (4, 60, 72)
    assert rules.idle_reason in rules.reasons
    assert set(rules.response) == {"ordinary", "deadline", "vulnerable", "crisis"}
    assert blank_pack("any").counter.reasons["answered"].label


def test_sample_city_names_departments_for_sensitive_topics() -> None:
    pack = load_pack("shiomi")
    topics = {topic.id: topic.department for topic in pack.counter.sensitive}
    assert set(topics) == {"domestic_violence", "abuse", "arrears", "bereavement", "public_assistance"}
    assert set(topics.values()) <= set(pack.departments)


def test_pack_replaces_the_common_part_key_by_key(tmp_path: Path) -> None:
    rules = load_pack("shiomi", written(tmp_path, "capacity: 7\nresponse:\n  ordinary: {first: 30, next: 30, resolution: 100}\n")).counter
    assert (rules.capacity, rules.response["ordinary"].first, rules.response["crisis"].first) == (7, 30, 5)
    assert rules.reasons["answered"].label == blank_pack("any").counter.reasons["answered"].label


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("capasity: 3", "did you mean 'capacity'"),
        ("capacity: 0", "capacity"),
        ("idle_reason: gone", "gone"),
        ("overflow: {departments: [nowhere]}", "nowhere"),
        ("sensitive:\n  - {id: a, label: b, department: nowhere, patterns: [x]}", "nowhere"),
        ("sensitive:\n  - {id: a, label: b, department: tax, patterns: ['(']}", "regular expression"),
        ("deadline_patterns: ['[']", "regular expression"),
        ("warnings: [50, 70]", "warnings"),
        ("warnings: [100, 50]", "ascending"),
        ("response:\n  urgent: {first: 1, next: 1, resolution: 1}", "response"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(PackError, match=r"shiomi/counter\.yaml") as wrong:
        load_pack("shiomi", written(tmp_path, text))
    assert problem in str(wrong.value)
