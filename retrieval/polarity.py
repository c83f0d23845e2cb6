"""Words that turn a statement round: not, free, needed, from, until, open, inside. Pure."""

import re
from functools import lru_cache

from retrieval.facts import readable

MARKERS: dict[str, str] = {
    "not": r"ません|(?<!少)(?<!危)(?<!足り)ない(?!し[、は])|(?<!少)なく(?!な[るっりれ])(?!し[たてま])|なけれ|ず(?=[、。に]|$)",
    "not_needed": r"不要",
    "not_allowed": r"不可|禁止",
    "none": r"(?<=[は：:・、])なし",
    "needed": r"必要|要(?=り[まな]|る[。、]|しま)|(?<=[はがも ])いり(?=ま)|(?<=[はがも ])いる(?=[。、人物]|$)",
    "able": r"でき(?=ま|る|な|た|れ)|可能(?!性)",
    "free": r"無料|無償|ただで|タダ",
    "paid": r"有料|有償",
    "least": r"以上|最低|最小|下限|少なくとも",
    "most": r"以下|最大|最高|上限|多くとも",
    "under": r"未満",
    "over": r"超え|を超|超過",
    "within": r"以内",
    "before": r"以前|(?<=[日月年間分時週])前|前(?=日|月|年|もって|に|まで|の日)",
    "after": r"以後|以降|(?<=[日月年間分時週])後|翌|あとに|後(?=に|の)",
    "until": r"まで",
    "only": r"だけ|のみ|限[りら]",
    "except": r"除[くきい]|以外",
    "open": r"開館|開庁|開い|営業中|受け付けて",
    "closed": r"休館|閉庁|閉館|休業|お?休み|閉ま",
    "inside": r"市内|屋内|国内|町内|区内",
    "outside": r"市外|屋外|国外|海外|町外|区外",
    "taxed": r"(?<!非)課税",
    "untaxed": r"非課税",
    "east": r"東(?=側|口|館|棟)",
    "west": r"西(?=側|口|館|棟)",
    "south": r"南(?=側|口|館|棟)",
    "north": r"北(?=側|口|館|棟)",
    "right": r"右(?=側)",
    "left": r"左(?=側)",
    "more": r"増[えや加]|高くな|上が",
    "less": r"減[らっ少]|安くな|下が",
    "same": r"同じ|同一",
    "other": r"別の|違う|異なる",
    "old": r"旧",
    "new": r"新し",
    "used": r"使用済|既婚|既に|すでに",
    "unused": r"未使用|未婚|未だ|まだ",
}
MARKER = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in MARKERS.items()))
TURNING = frozenset({"not", "not_needed", "not_allowed", "none"})


@lru_cache(maxsize=16_384)
def polarity(text: str) -> tuple[str, ...]:
    """Names of the markers in the order in which they stand."""
    return tuple(str(match.lastgroup) for match in MARKER.finditer(readable(text)))


def is_negative(markers: tuple[str, ...]) -> bool:
    """Two negations cancel each other out (なければなりません)."""
    return sum(marker in TURNING for marker in markers) % 2 == 1


def plain_markers(markers: tuple[str, ...]) -> tuple[str, ...]:
    """What is said apart from negation, in order; needed and not needed are one."""
    named = ({"not_needed": "needed", "not_allowed": "able"}.get(marker, marker) for marker in markers)
    return tuple(marker for marker in named if marker not in {"not", "none"})


def others(markers: tuple[str, ...]) -> frozenset[str]:
    """`plain_markers` without their order."""
    return frozenset(plain_markers(markers))
