"""From an imported document to an answer that leads to its page."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.assembly import build_search
from bot.handlers.answer_cards import readable, source_card
from bot.tools import SearchTools
from core.clock import JAPAN
from core.database import Database
from core.messages import OpenLink
from core.pack_loading import CONTENT
from core.settings import SearchMode, Settings
from faq.guide_links import PREFIX
from faq.guide_pages import create_guide_pages
from faq.guides import import_guides
from retrieval.answering import Question
from tests.bot.turns import PACK, turn_of
from tests.client import Client
from tests.faq.documents.pdfs import Sheet, pdf

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=JAPAN)
PUBLIC_URL = "https://madoguchi.example.jp"


def manual() -> bytes:
    first = Sheet().write(60, 750, "水道の手引き", 20)
    first.lines(60, 700, ["緑市の水道を使い始めるとき、やめるときの手続きをまとめました。"])
    second = Sheet().write(60, 750, "水道を使い始めるとき", 14)
    second.lines(60, 710, ["使い始める三日前までに、水道課の髙橋あてに電話で申し込んでください。"])
    third = Sheet().write(60, 750, "水道の口径別の料金", 14)
    third.table(60, 720, [120, 120], [["口径", "基本料金"], ["13mm", "1,045円"], ["20mm", "1,375円"]])
    return pdf([first, second, third])


@pytest.fixture
def asked(database: Database, tmp_path: Path) -> Iterator[Callable[..., SearchTools]]:
    path = tmp_path / "水道の手引き.pdf"
    path.write_bytes(manual())
    import_guides(database, PACK, [path], author="佐藤", now=NOON, publish=True)
    search = build_search(Settings(search_mode=SearchMode.LIGHT), database, lambda _: PACK, CONTENT, folder=None, is_temporary=True)
    search.warm()
    yield lambda public_url: SearchTools(database, search, lambda _: PACK, public_url)
    search.stop_following()


def test_question_is_found_in_a_pdf_and_the_answer_leads_to_the_page(asked: Callable[..., SearchTools], database: Database) -> None:
    for text, words, section, place in (
        ("水道を使い始めるとき", "三日前までに、水道課の髙橋あてに", "section-1", "2ページ"),
        ("水道の口径別の料金", "| 20mm | 1,375円 |", "section-2", "3ページ"),
    ):
        answer = asked(PUBLIC_URL).answer(Question(municipality_id="shiomi", text=text, moment=NOON))
        found = answer.passage or answer.candidates[0].passage
        assert words in found.body, text
        assert (found.anchor, found.place) == (section, place)
        passage = asked(PUBLIC_URL).passage("shiomi", found.entry_id, NOON) if answer.passage is None else answer.passage
        assert passage is not None
        assert passage.source_url is not None
        assert passage.source_url.startswith(f"{PUBLIC_URL}{PREFIX}/shiomi/")
    pages = Client(Starlette(routes=[Mount(PREFIX, app=create_guide_pages(database, {"shiomi": PACK}, lambda: NOON))]))
    page = pages.get(passage.source_url.removeprefix(PUBLIC_URL))
    assert page.status_code == 200
    assert "<td>1,375円</td>" in page.text


def test_card_names_the_page_of_the_document_and_opens_our_page(asked: Callable[..., SearchTools]) -> None:
    found = asked(PUBLIC_URL).passage("shiomi", "水道の手引き", NOON)
    assert found is not None
    card = source_card(turn_of("水道"), found, found.question)
    assert card.rows[-1].text == f"{PUBLIC_URL}{PREFIX}/shiomi/水道の手引き（1ページ）"
    address = card.choices[0].action
    assert isinstance(address, OpenLink)
    assert address.url.isascii()
    assert address.url.startswith(f"{PUBLIC_URL}{PREFIX}/shiomi/")


def test_without_a_public_address_the_card_names_the_guide(asked: Callable[..., SearchTools]) -> None:
    found = asked(None).passage("shiomi", "水道の手引き", NOON)
    assert found is not None
    assert found.source_url is None
    card = source_card(turn_of("水道"), found, found.question)
    assert "水道の手引き" in card.rows[-1].text
    assert "1ページ" in card.rows[-1].text


@pytest.mark.parametrize("address", ["https://example.jp/%E3%81", "https://example.jp/a%20b", "https://example.jp/%0a"])
def test_address_that_would_not_be_one_stays_as_it_is(address: str) -> None:
    assert readable(address) == address
