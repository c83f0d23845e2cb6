"""Figures of a translation must stand in the Japanese that it translates."""

import pytest

from retrieval.translated import unsupported_figures
from tests.retrieval.sample_texts import translations

JAPANESE = "窓口は300円、コンビニは200円です。平日の8:30〜17:15、12月29日から1月3日は休みです。所得は370万円まで。電話は0490-00-1101です。"


@pytest.mark.parametrize(
    "translation",
    [
        "300 yen at the counter, 200 yen at a store. 8:30 a.m. to 5:15 p.m., closed December 29 to January 3. Call 0490-00-1101.",
        "Income up to 3.7 million yen.",
        "窗口300日元，便利店200日元。",
        "窓口（まどぐち）は 300円（えん）です。午後（ごご）5時15分までです。",
        "Quầy 300 yên, 29/12 đến 3/1.",
    ],
)
def test_the_same_figures_in_another_language(translation: str) -> None:
    assert unsupported_figures(translation, JAPANESE) == ()


@pytest.mark.parametrize(
    ("translation", "figures"),
    [
        ("350 yen at the counter.", ("350",)),
        ("Call 0490-00-1102.", ("0490001102",)),
        ("Open until 18:15.", ("18:15",)),
        ("Closed December 28.", ("28",)),
        ("See https://www.example.jp/", ("example.jp",)),
    ],
)
def test_a_figure_that_the_original_has_not(translation: str, figures: tuple[str, ...]) -> None:
    assert unsupported_figures(translation, JAPANESE) == figures


def test_hardly_any_translation_of_the_sample_city_is_held_up() -> None:
    held_up = [(entry, language) for entry, language, text, original in translations() if unsupported_figures(text, original)]
    assert len(held_up) <= len(translations()) // 40, held_up
