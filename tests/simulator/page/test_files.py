"""The page's files as they are served: nothing inline, nothing from elsewhere, every sentence in its place."""

import json
import re
from typing import TYPE_CHECKING

import httpx

from bot.simulator.page import HEADERS, HERE
from tests.simulator.page.stage import Stage

if TYPE_CHECKING:
    pass

STATIC = HERE / "static"


def test_page_forbids_inline_code_and_foreign_sources(stage: Stage) -> None:
    answer = httpx.get(f"{stage.origin}/simulator/")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", answer.text)
    assert not re.search(r"(src|href)=\"https?:", answer.text)


def test_every_sentence_and_module_that_is_named_exists() -> None:
    texts = json.loads((STATIC / "texts.json").read_text(encoding="utf-8"))
    symbols = set(re.findall(r'symbol id="(\w+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    template = (HERE / "templates" / "simulator.html").read_text(encoding="utf-8")
    for script in (STATIC / "js").glob("*.js"):
        source = script.read_text(encoding="utf-8")
        for path in re.findall(r"\bt\('([\w.]+)'", source) + re.findall(r"texts\.([\w.]+)", template):
            found = texts
            for part in path.split("."):
                found = found[part]
            assert isinstance(found, str)
        assert all((STATIC / "js" / name).exists() for name in re.findall(r"from '\./([\w.]+)'", source))
        assert set(re.findall(r"\b(?:icon|iconButton)\('(\w+)'", source)) <= symbols
        code = re.sub(r"/\*\*.*?\*/|//[^\n]*", "", source, flags=re.S)
        assert not re.search(r"[ぁ-んァ-ヶ]", code), f"{script.name}: sentences belong into texts.json"


def test_traces_are_asked_for_by_municipality_and_person(stage: Stage) -> None:
    assert httpx.get(f"{stage.origin}/simulator/traces?municipality=shiomi&person=U1&after=0").json() == {"turns": []}
    assert httpx.get(f"{stage.origin}/simulator/traces?municipality=shiomi").status_code == 400
    assert httpx.get(f"{stage.origin}/simulator/traces?municipality=shiomi&person=U1&after=x").status_code == 400
