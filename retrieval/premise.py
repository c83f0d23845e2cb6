"""What a question takes for granted (住民票は無料ですよね?), and whether the quoted passage says so. Pure; sure or silent."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from retrieval.checking import sources_units
from retrieval.facts import FactKind
from retrieval.numerals import plain_figures
from retrieval.polarity import is_negative
from retrieval.units import Unit

CONFIRMS = re.compile(
    r"(?:(?:です|ます|でした|ました|でしょう|だ|る|い|た|ん)よね|(?:でし|だっ|まし)たっけ|って(?:本当|ほんと|マジ)(?:です|う)?か?"
    r"|で(?:いい|良い|よい|大丈夫|合って(?:い)?る?)(?:ん|の)?(?:です|ます)(?:よね|か)|はず(?:です|だ|で|な)?(?:よね|けど|が|のに|んですが)?"
    r"|(?:と|って)(?:聞|き)(?:いた|きました|いています)(?:が|けど|んですが|のですが)?|(?:じゃ|では)(?:ない|ありません)(?:んです|の)?(?:か|っけ)"
    r")[?？。!！ ]*$"
)
CLAIMED = re.compile(r"(?:は|が|って)?(?:無料|有料|タダ|ただ|\d+円)(?:で|だ|なん|なの|です)?$")
FREE = re.compile(r"無料|タダ|ただ(?=です|で(?:す|取|も)|だ)|お金は?(?:かから|いら)(?:ない|ず|なく|ん)")
PAID = re.compile(r"有料|お金が?(?:かか|い)り?(?:る|ます)")
STEM = r"(?:取|使|出|申し込|受け取|頼|借|捨|送|行|払|入)[えけせてねへめれべ]"
ABLE = re.compile(rf"でき(?P<a>る|ます|た)|でき(?P<n>ない|ません)|(?P<a2>{STEM}(?:る|ます))|(?P<n2>{STEM}(?:ない|ません))")
NEEDED = re.compile(
    r"(?P<n>不要|必要(?:は|が)?(?:ない|あり?ません|なし)|いら(?:ない|ん)|いりません|要ら(?:ない|ん)|要りません)|(?P<a>必要|いります|要ります|要る|いる(?=よ|ん|の|っ|は|と))"
)
OPEN = re.compile(r"(?P<n>開いて(?:い)?(?:ない|ません)|やって(?:い)?(?:ない|ません)|休み|閉ま)|(?P<a>開い|やって|営業|開館|開庁)")
WAYS = re.compile(
    r"郵送|コンビニ|オンライン|インターネット|ネット|スマートフォン|スマホ|line|電話|メール|ファックス|fax|代理(?:人)?|出張所|支所|市民センター|駅前|窓口|現金|クレジットカード|カード|電子マネー|ペイ|土曜日?|日曜日?|土日|休日|夜間|祝日|平日|予約なし"
)
THINGS = re.compile(
    r"委任状|印鑑|ハンコ|はんこ|本人確認書類|身分証|免許証|マイナンバーカード|保険証|予約|申請書|申込書|証明書|手数料|写真|通帳|領収書|処理券|届け?出?|許可|登録|資格確認書"
)
PER_PIECE = re.compile(r"\d(?:枚|点|個|kg|本|袋|分|時間|人)(?:ごと|につき|あたり)?[^\d。]{0,3}\d+円")
SAYS_OPEN = re.compile(r"開い|開館|開庁|営業|受け付け|診療|使えます|行います|行って")
SAYS_CLOSED = re.compile(r"休館|閉庁|閉館|休業|休み|休診|閉ま|開いて(?:い)?ません|受け付けて(?:い)?ません|行って(?:い)?ません|除")


class Verdict(StrEnum):
    """Whether the passage says what the question takes for granted."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    UNTOLD = "untold"


@dataclass(frozen=True, kw_only=True)
class Premise:
    """`words` is the claim as the resident wrote it, short enough to be repeated."""

    verdict: Verdict
    words: str


def without_confirmation(question: str) -> str:
    """What the question is about, without the claimed amount and the words that ask for confirmation."""
    flat = plain_figures(question).strip()
    if not CONFIRMS.search(flat):
        return question
    return CLAIMED.sub("", CONFIRMS.sub("", flat)) or flat


def premise_of(question: str, sources: Sequence[str]) -> Premise | None:
    """None where nothing is taken for granted. Untold unless all that the sources say of the matter points one way."""
    flat = plain_figures(question)
    if not CONFIRMS.search(flat.strip()):
        return None
    units = tuple(sources_units(sources))
    for words, verdict in _claims(flat, units):
        return Premise(verdict=verdict, words=words)
    return Premise(verdict=Verdict.UNTOLD, words="")


def _claims(flat: str, units: Sequence[Unit]) -> Iterator[tuple[str, Verdict]]:
    """The first thing that is claimed decides; a question that claims two things is not judged by the second."""
    amounts = [found.fact.value for found in Unit(text=flat).found if found.fact.kind is FactKind.MONEY]
    if len(amounts) == 1:
        yield f"{amounts[0]}円", _of_amount(amounts[0], flat, units)
    elif not amounts and (match := FREE.search(flat)):
        yield "無料", _of_charge(units, is_free=True)
    elif not amounts and (match := PAID.search(flat)):
        yield "有料", _of_charge(units, is_free=False)
    elif (match := OPEN.search(flat)) and (day := re.search(r"[月火水木金土日]曜|土日|祝日|平日|年末年始", flat)):
        yield day[0] + ("" if day[0].endswith(("日", "始")) else "日"), _of_opening(day[0], units, is_open=bool(match["a"]))
    elif match := NEEDED.search(flat):
        if thing := THINGS.search(flat):
            yield thing[0], _of_need(thing[0], units, is_needed=bool(match["a"]))
    elif (match := ABLE.search(flat)) and (way := WAYS.search(flat)):
        yield way[0], _of_way(way[0], units, is_possible=bool(match["a"] or match["a2"]))
    elif re.search(r"でいいん?で?す|で大丈夫で", flat) and (way := WAYS.search(flat)):
        yield way[0], _of_way(way[0], units, is_possible=True)


def _of_amount(amount: str, flat: str, units: Sequence[Unit]) -> Verdict:
    """Amounts are compared where the passage names just one, or one beside the words of the question."""
    named = {(unit, fact.value) for unit in units for fact in unit.facts if fact.kind is FactKind.MONEY}
    told = {value for _, value in named}
    if len(told) == 1:
        only = next(iter(told))
        if amount == only:
            return Verdict.UNTOLD if any(PER_PIECE.search(unit.flat) for unit, _ in named) else Verdict.CONFIRMED
        return Verdict.UNTOLD if _is_multiple(amount, only) else Verdict.CONTRADICTED
    asked = Unit(text=flat).terms
    beside = {one.fact.value for unit in units for one in unit.occurrences if one.fact.kind is FactKind.MONEY and asked & one.beside}
    if len(beside) == 1 and not any(_is_multiple(amount, value) for value in beside if value != amount):
        return Verdict.CONFIRMED if amount in beside else Verdict.CONTRADICTED if amount not in told else Verdict.UNTOLD
    return Verdict.UNTOLD


def _is_multiple(amount: str, unit: str) -> bool:
    """Two stickers of 300円 are 600円: nothing is wrong with that."""
    return float(unit) > 0 and float(amount) % float(unit) == 0 and float(amount) != float(unit)


def _of_charge(units: Sequence[Unit], *, is_free: bool) -> Verdict:
    costs = any(fact.kind is FactKind.MONEY and float(fact.value) > 0 for unit in units for fact in unit.facts)
    free = any(
        "free" in unit.polarity or re.search(r"(?:費用|料金|手数料|お金)は?(?:かかりません|いりません)", unit.flat) for unit in units
    )
    paid = any("paid" in unit.polarity for unit in units)
    if costs == free or (free and paid):
        return Verdict.UNTOLD
    return Verdict.CONFIRMED if is_free == free else Verdict.CONTRADICTED


def _of_way(way: str, units: Sequence[Unit], *, is_possible: bool) -> Verdict:
    """Only sentences that speak of the way count, and only when they agree and hold no exception."""
    said = [unit for unit in units if way in unit.flat]
    if not said or any("except" in unit.polarity or "only" in unit.polarity for unit in said):
        return Verdict.UNTOLD
    refusals = [bool(re.search(rf"{re.escape(way)}[^。、]{{0,18}}(?:ません|できない|不可)", unit.flat)) for unit in said]
    grants = [
        bool(re.search(rf"{re.escape(way)}[^。]{{0,24}}(?:できます|[えけせてねへめれべ]ます|受け付け(?:て(?:い)?)?ます|可能)", unit.flat))
        for unit in said
    ]
    if any(refusals) == any(grants):
        return Verdict.UNTOLD
    return Verdict.CONFIRMED if any(grants) == is_possible else Verdict.CONTRADICTED


def _of_need(thing: str, units: Sequence[Unit], *, is_needed: bool) -> Verdict:
    pattern = re.compile(
        rf"{re.escape(thing)}[^。、・]{{0,8}}?(?:は|も|が|の提出は)\s?(?P<not>いりません|要りません|不要|必要(?:は|が)?(?:ありません|ない))|{re.escape(thing)}[^。、・]{{0,8}}?(?:は|も|が)\s?(?P<needed>必要(?!は|が)|いります|要ります)"
    )
    found = [match for unit in units for match in pattern.finditer(unit.flat)]
    needed, not_needed = any(match["needed"] for match in found), any(match["not"] for match in found)
    if needed == not_needed:
        return Verdict.UNTOLD
    return Verdict.CONFIRMED if needed == is_needed else Verdict.CONTRADICTED


def _of_opening(day: str, units: Sequence[Unit], *, is_open: bool) -> Verdict:
    letters = {"土日": ("土日", "土曜", "日曜")}.get(day, (day,))
    said = [unit for unit in units if any(letter in unit.flat for letter in letters)]
    closed = any(SAYS_CLOSED.search(unit.flat) for unit in said)
    opened = any(SAYS_OPEN.search(unit.flat) and not SAYS_CLOSED.search(unit.flat) and not is_negative(unit.polarity) for unit in said)
    if closed == opened or any(re.search(r"第[1-5]|最終", unit.flat) for unit in said):
        return Verdict.UNTOLD
    return Verdict.CONFIRMED if opened == is_open else Verdict.CONTRADICTED
