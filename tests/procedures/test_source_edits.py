"""An edit of one place of a definition's YAML changes that place and nothing else, comments and layout included."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.yaml_text import read_yaml
from procedures.places import parts_of, path_of
from procedures.source_edits import Path, changed
from tests.procedures.talk import PROCEDURES


def _read(source: str) -> Any:  # Any: what YAML holds.
    return read_yaml(source)


PLACES = [
    (source, path_of(raw, place))
    for name, source in PROCEDURES.sources.items()
    for raw in [_read(source)]
    for _, places in parts_of(PROCEDURES.definitions[name])
    for place in places
]
SMALL = """# 上の注
id: a
title: 名前  # 題の注
steps:
  - title: 一
    fields:
      - {name: x, type: text, label: えっくす, ask: "何？", checks: []}  # 行の注
      - name: y
        type: number
        label: わい
        # 間の注
        ask: |-
          いくつ？
          二行目
translations:
  en: {title: Name}
# 下の注
"""


def at(source: str, path: Path) -> object:
    return inside(_read(source), path)


def inside(here: Any, path: Path) -> object:  # Any: what YAML holds.
    for part in path:
        here = here.get(part) if isinstance(here, dict) else here[part]
    return here


@settings(max_examples=12, deadline=None)
@given(
    place=st.sampled_from(PLACES),
    text=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40) | st.just("一\n\n- 二: #3"),
)
def test_any_text_can_stand_at_any_place_and_nothing_else_changes(place: tuple[str, Path], text: str) -> None:
    source, path = place
    after = changed(source, [(path, text)])
    assert at(after, path) == text
    assert _read(changed(after, [(path, at(source, path))])) == _read(source)


def test_comments_and_layout_stay() -> None:
    after = changed(
        SMALL,
        [(("title",), "新しい: 名前"), (("steps", 0, "fields", 0, "ask"), "何 #1, です？"), (("steps", 0, "fields", 1, "ask"), "一行で")],
    )
    assert after == SMALL.replace("名前  #", '"新しい: 名前"  #').replace('"何？"', '"何 #1, です？"').replace(
        "|-\n          いくつ？\n          二行目", "一行で"
    )


def test_missing_keys_are_added_and_keys_are_taken_away() -> None:
    added = changed(SMALL, [(("steps", 0, "fields", 1, "example"), "三つ"), (("translations", "vi", "title"), "Tên")])
    assert at(added, ("steps", 0, "fields", 1, "example")) == "三つ"
    assert at(added, ("translations", "vi", "title")) == "Tên"
    for comment in ("# 上の注", "# 題の注", "# 行の注", "# 間の注", "# 下の注"):
        assert comment in added
    flow = changed(SMALL, [(("steps", 0, "fields", 0, "label"), None), (("steps", 0, "fields", 0, "checks"), None)])
    assert flow == SMALL.replace("label: えっくす, ", "").replace(", checks: []", "")
    assert changed(added, [(("steps", 0, "fields", 1, "example"), None), (("translations", "vi"), None)]) == SMALL


def test_what_cannot_be_patched_is_written_anew_and_still_right() -> None:
    after = changed("a: &x [1, 2]\nb: *x\n", [(("b",), [3])])
    assert _read(after) == {"a": [1, 2], "b": [3]}


def test_every_text_of_the_sample_city_can_be_edited() -> None:
    for name, source in PROCEDURES.sources.items():
        definition = PROCEDURES.definitions[name]
        raw = _read(source)
        for _, places in parts_of(definition):
            for place in places:
                if definition.texts.get(place):
                    assert inside(raw, path_of(raw, place)) == definition.texts[place], place
