"""Matching what a resident says against the patterns of the lexicon. Pure."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from core.messages import Language
from core.pack import CrisisKind, Lexicon
from core.text import normalise, sentences, squeeze

KANA = re.compile(r"[\u3041-\u30ff]")
HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN_WORD = re.compile(r"[a-zà-ỹ]{2,}")
BRACKETED = re.compile(r"[(（「『][^)）」』]*[)）」』]")
VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")


@lru_cache(maxsize=512)
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def contains(patterns: Sequence[str], text: str) -> bool:
    """Whether one of the patterns stands anywhere in the normalised text."""
    return bool(patterns) and _compiled(tuple(patterns)).search(normalise(text)) is not None


def is_whole(patterns: Sequence[str], text: str) -> bool:
    """Whether the text is nothing but one of the patterns, spaces and punctuation apart."""
    return bool(patterns) and _compiled(tuple(patterns)).fullmatch(squeeze(text)) is not None


def crisis_in(lexicon: Lexicon, text: str) -> CrisisKind | None:
    """The first kind whose words stand in a sentence, or in the whole text, without any that show that they mean something else.

    A harmless sentence does not take the alarm from another one.
    """
    passages = (*sentences(text), text)
    for kind in lexicon.crisis:
        if any(contains(kind.patterns, passage) and not contains(kind.unless, passage) for passage in passages):
            return kind
    return None


def reason_in(lexicon: Lexicon, text: str) -> str | None:
    """Why an answer did not help, where the whole utterance says so and nothing else."""
    return next((reason for reason, patterns in lexicon.feedback_reasons.items() if is_whole(patterns, text)), None)


def sticker_meanings(stickers: Iterable[tuple[Sequence[str], str]]) -> dict[str, str]:
    return {keyword: means for keywords, means in stickers for keyword in keywords}


def language_of(text: str) -> Language | None:
    """The language that the script shows; None where it shows none (Han characters alone, numbers, names).

    What stands in brackets does not count, nor do Japanese names of things in a sentence of Latin letters.
    """
    whole = normalise(text)
    flat = BRACKETED.sub("", whole).strip() or whole
    words = LATIN_WORD.findall(flat)
    if len(words) >= 3 and sum(map(len, words)) > len(KANA.findall(flat)) + len(HAN.findall(flat)):
        return _latin_language(flat)
    if KANA.search(flat):
        return Language.JAPANESE
    if VIETNAMESE.search(flat):
        return Language.VIETNAMESE
    if HAN.search(flat):
        return _han_language(flat)
    if len(words) >= 2 or (LATIN_WORD.fullmatch(flat) and len(flat) >= 4):
        return _latin_language(flat)
    return None


SIMPLIFIED_ONLY = re.compile(
    r"[这们吗么请问办证费时间说话处怎样该哪圾儿贴领额应联经给让谁对欢边还进过远运连选达车轻转务动劳单卖买压厅历发变听员响团园图圆场坏块备复头夹奖妈婴孙]"
    r"|[审宽宾导岁岛师带帮库废开异张弹归录忆忧怀态总您你惊惯户执扫扬护报损换时显术权杀杂极构标栏树检毕气汉洁测满灭灵灾爱现环电疗监盖码确祸离种积]"
    r"|[笔签简粮约级纪纸线练组细织终绍结绝统续维缴职脑脸节药营虑补装见观规视览觉计订认讨训议记讲许论设访评识诉诊词试详语误读课调谢财责账货质购资赔赛赞输]"
    r"|[邮邻钟钱铁银错门闭闻队阳阶际陆险难页项顺须预频题风飞饭饮馆马驾验骑鱼鸟龄]|我(?!孫)|想死|不想"
)


def _han_language(flat: str) -> Language | None:
    return Language.CHINESE if SIMPLIFIED_ONLY.search(flat) else None


def _latin_language(flat: str) -> Language | None:
    if VIETNAMESE.search(flat):
        return Language.VIETNAMESE
    import pycld2  # Loads a model.

    try:
        _, _, details = pycld2.detect(flat, bestEffort=True)
    except pycld2.error:
        return Language.ENGLISH
    return Language.VIETNAMESE if details[0][1] == "vi" else Language.ENGLISH
