"""What the reply box is told by the product's own search."""

from collections.abc import Iterator

import pytest

from console.fact_warning import unsupported_figures
from console.suggesting import SearchSuggester
from core.pack_loading import blank_pack
from tests.retrieval.conftest import NOON, faq, new_database, new_search, publish


@pytest.fixture(scope="module")
def suggester(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchSuggester]:
    database = new_database(tmp_path_factory.mktemp("suggesting"), "midori")
    publish(
        database,
        "midori",
        "resident-record",
        faq(
            "住民票の写しはどこで取れますか。",
            "市民課で取れます。手数料は{{ fee.record }}です。",
            source_url="https://www.example.jp/record",
        ),
    )
    publish(database, "midori", "unfilled", faq("住民票の写しの郵送料はいくらですか。", "郵送料は{{ fee.unknown }}です。"))
    publish(database, "midori", "dog", faq("犬を飼い始めたら何をしますか。", "登録と、年に一度の狂犬病予防注射が必要です。"))
    search = new_search(database)
    search.warm()
    yield SearchSuggester(search, blank_pack, None)
    database.close()


def test_nearest_answer_comes_first_with_its_source_and_values(suggester: SearchSuggester) -> None:
    first = suggester.suggest("midori", "住民票の写しはどこで取れますか。", NOON)[0]
    assert (first.entry_id, first.source_url) == ("resident-record", "https://www.example.jp/record")
    assert first.answer == "市民課で取れます。手数料は300円です。"
    assert first.percent is not None
    assert 0 < first.percent <= 100


def test_answer_with_a_gap_that_nothing_fills_is_not_suggested(suggester: SearchSuggester) -> None:
    found = suggester.suggest("midori", "住民票の写しの郵送料はいくらですか。", NOON)
    assert [suggestion.entry_id for suggestion in found if "{{" in suggestion.answer] == []
    assert "unfilled" not in [suggestion.entry_id for suggestion in found]


@pytest.mark.parametrize("text", ["", "  ", "ふぁいなるふぁんたじーの攻略法とラスボスの倒し方"])
def test_nothing_near_suggests_nothing(suggester: SearchSuggester, text: str) -> None:
    assert suggester.suggest("midori", text, NOON) == ()
    assert suggester.suggest("aoba", "住民票の写しはどこで取れますか。", NOON) == ()


def test_reply_is_compared_with_what_is_nearest_and_what_was_inserted(suggester: SearchSuggester) -> None:
    reply = "住民票の写しの手数料は300円、犬の注射は年に1回です。"
    published = suggester.published_texts("midori", reply, ("dog", "gone"), NOON)
    assert any("300円" in text for text in published)
    assert unsupported_figures("手数料は300円です。", published) == ()
    assert unsupported_figures("手数料は350円です。", published) == ("350円",)


def test_answer_that_was_inserted_with_its_source_is_supported_to_its_last_line(suggester: SearchSuggester) -> None:
    """The page that it names used to be pointed out as published nowhere."""
    first = suggester.suggest("midori", "住民票の写しはどこで取れますか。", NOON)[0]
    inserted = f"{first.answer}\n{first.source_url}"
    assert unsupported_figures(inserted, suggester.published_texts("midori", inserted, (first.entry_id,), NOON)) == ()
    elsewhere = "https://www.example.com/record"
    assert unsupported_figures(elsewhere, suggester.published_texts("midori", inserted, (first.entry_id,), NOON)) == (elsewhere,)


def test_search_that_is_not_warm_yet_suggests_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    database = new_database(tmp_path_factory.mktemp("cold"), "midori")
    cold = SearchSuggester(new_search(database), blank_pack, None)
    assert cold.suggest("midori", "住民票", NOON) == ()
    assert cold.published_texts("midori", "住民票", (), NOON) == ()
    database.close()
