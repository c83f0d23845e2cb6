"""Invented entries of an invented town, as many as are wanted, and questions about them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.yaml_text import read_yaml

WORDS = read_yaml((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))
THINGS, ASPECTS, DISTRICTS, OFFICES = (WORDS[name] for name in ("things", "aspects", "districts", "offices"))
FORMS = (
    "{thing}の{aspect}について教えてください。",
    "{thing}の{aspect}はどうすればよいですか。",
    "{thing}の{aspect}はどこで分かりますか。",
)
ASKED = (
    "{thing}の{aspect}を知りたい",
    "{thing} {aspect}",
    "{thing}なんですが、{aspect}はどうなっていますか?",
    "{district}に住んでいます。{thing}の{aspect}は?",
)
TYPED_WRONG = ("しやくしょの{aspect}", "{thing}のてつずき", "{thing}って何時まで")


@dataclass(frozen=True, kw_only=True)
class InventedEntry:
    """Question and answer."""

    question: str
    answer: str


def entries(count: int, seed: int = 1) -> Iterator[InventedEntry]:
    """All different, the same ones for the same seed."""
    draw = random.Random(seed)
    for number in range(count):
        thing, aspect = THINGS[number % len(THINGS)], ASPECTS[number // len(THINGS) % len(ASPECTS)]
        district, office = DISTRICTS[number // (len(THINGS) * len(ASPECTS)) % len(DISTRICTS)], draw.choice(OFFICES)
        question = draw.choice(FORMS).format(thing=thing, aspect=aspect)
        if number >= len(THINGS) * len(ASPECTS):
            question = f"{district}第{number // 1000}地区の{question}"
        answer = (
            f"{thing}の{aspect}は、{office}の{draw.randint(1, 40)}番窓口で受け付けます。"
            f"{draw.choice(DISTRICTS)}支所でも{draw.choice(ASPECTS)}の相談ができます。"
            f"本人確認書類と{draw.choice(THINGS)}の控えをお持ちください。手数料は{draw.randint(1, 20) * 100}円、"
            f"お渡しまで{draw.randint(1, 30)}日ほどかかります。"
            f"{draw.choice(THINGS)}をあわせて申請すると、{draw.choice(ASPECTS)}が不要になる場合があります。"
        )
        yield InventedEntry(question=question, answer=answer)


def questions(count: int, seed: int = 2) -> list[str]:
    """As residents type them, one in eight with a slip."""
    draw = random.Random(seed)
    found = []
    for number in range(count):
        form = draw.choice(TYPED_WRONG if number % 8 == 7 else ASKED)
        found.append(form.format(thing=draw.choice(THINGS), aspect=draw.choice(ASPECTS), district=draw.choice(DISTRICTS)))
    return list(dict.fromkeys(found))
