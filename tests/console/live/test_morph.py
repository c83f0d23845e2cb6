"""A part that changes takes nothing away from whoever is at work in it; in a real browser."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser import started_browser
from tests.console.conftest import House
from tests.town import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

OLD = """
<section id="part" data-live="part">
  <p class="count">3</p>
  <ul><li id="row-1"><a href="#1">一</a></li><li id="row-2"><a href="#2">二</a></li><li id="row-3"><a href="#3">三</a></li></ul>
  <details id="more"><summary>詳しく</summary>中身</details>
  <form><input type="hidden" name="seen" value="7"><input id="name" value="もと"><textarea id="words">もと</textarea>
    <input type="checkbox" id="tick">
    <select id="choice"><option value="a" selected>A</option><option value="b">B</option></select>
    <select id="person"><option value="a">A</option><option value="b">B</option></select></form>
  <p id="kept" data-live-keep>残す</p>
</section>"""
NEW = """
<section id="part" data-live="part" class="changed">
  <p class="count">4</p>
  <ul><li id="row-4"><a href="#4">四</a></li><li id="row-3"><a href="#3">三</a></li><li id="row-1"><a href="#1">壱</a></li></ul>
  <details id="more"><summary>詳しく</summary>新しい中身</details>
  <form><input type="hidden" name="seen" value="8"><input id="name" value="新"><textarea id="words">新</textarea>
    <input type="checkbox" id="tick" checked>
    <select id="choice"><option value="a">A</option><option value="b" selected>B</option></select>
    <select id="person"><option value="c">C</option><option value="a">A</option><option value="b">B</option></select></form>
  <p id="kept" data-live-keep>消える</p>
</section>"""
MORPH = """async html => {
  const { morph } = await import('/console/static/js/morph.js');
  const found = document.createElement('template');
  found.innerHTML = html;
  morph(document.querySelector('#part'), found.content.querySelector('#part'));
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with started_browser() as browser:
        yield browser


@pytest.fixture
def page(chromium, house: House) -> Iterator["Page"]:  # type: ignore[no-untyped-def]
    if not house.database.is_sqlite:
        pytest.skip("pages look the same on every database")
    server = Server(house.application())
    page = chromium.new_page()
    page.goto(f"{server.url}/console/login")
    page.evaluate("html => { document.querySelector('main').innerHTML = html }", OLD)
    yield page
    page.close()
    server.stop()


def test_untouched_part_becomes_the_new_one(page: "Page") -> None:
    page.evaluate("document.querySelector('#row-1').marked = true")
    page.evaluate(MORPH, NEW)
    assert page.inner_text(".count") == "4"
    assert page.locator("#part li").all_inner_texts() == ["四", "三", "壱"]
    assert page.evaluate("document.querySelector('#row-1').marked")
    assert page.get_attribute("#part", "class") == "changed"
    assert page.input_value("#name") == page.input_value("#words") == "新"
    assert page.is_checked("#tick")
    assert page.input_value("#choice") == "b"
    assert page.input_value("[name=seen]") == "8"
    assert page.inner_text("#kept") == "残す"


def test_typed_words_chosen_values_and_opened_details_stay(page: "Page") -> None:
    page.fill("#name", "書きかけ")
    page.fill("#words", "書きかけの文")
    page.select_option("#choice", "b")
    page.select_option("#person", "b")
    page.click("summary")
    page.evaluate(MORPH, NEW)
    page.evaluate(MORPH, NEW.replace("新", "もっと新").replace('value="8"', 'value="9"'))
    assert page.input_value("#name") == "書きかけ"
    assert page.input_value("#words") == "書きかけの文"
    assert page.input_value("#choice") == "b"
    assert page.input_value("#person") == "b"
    assert "open" in page.eval_on_selector("#more", "found => [...found.attributes].map(each => each.name)")
    assert "もっと新しい中身" in page.inner_text("#more")
    assert page.input_value("[name=seen]") == "9"


def test_focus_and_selection_stay_where_they_are(page: "Page") -> None:
    page.focus("#words")
    page.evaluate("document.querySelector('#words').setSelectionRange(1, 2)")
    page.evaluate(MORPH, NEW)
    assert page.evaluate("document.activeElement.id") == "words"
    assert page.evaluate("[document.activeElement.selectionStart, document.activeElement.selectionEnd]") == [1, 2]
    page.focus("#row-3 a")
    page.evaluate(MORPH, OLD)
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#3"


def test_selected_words_stay_selected_when_something_else_changes(page: "Page") -> None:
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#row-3'))")
    page.evaluate(MORPH, NEW)
    assert page.evaluate("getSelection().toString()") == "三"
