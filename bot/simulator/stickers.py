"""A small catalogue of stickers: those a bot may send, and the Japanese keywords LINE tells the bot when one is received."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sticker:
    package_id: str
    sticker_id: str
    keywords: tuple[str, ...] = ()
    resource_type: str = "STATIC"


def _static(package_id: str, first: int, last: int) -> dict[tuple[str, str], Sticker]:
    return {
        (package_id, str(number)): Sticker(package_id=package_id, sticker_id=str(number), resource_type="ANIMATION")
        for number in range(first, last + 1)
    }


# The ranges that LINE's list of sendable stickers names for these packages.
SENDABLE: dict[tuple[str, str], Sticker] = {
    **_static("446", 1988, 2027),
    **_static("789", 10855, 10894),
    **_static("1070", 17839, 17878),
    **_static("6136", 10551376, 10551399),
    **_static("6325", 10979904, 10979927),
    **_static("6359", 11069848, 11069871),
    **_static("6362", 11087920, 11087943),
    **_static("6370", 11088016, 11088039),
    **_static("6632", 11825374, 11825397),
    **_static("8515", 16581242, 16581265),
    **_static("8522", 16581266, 16581289),
    **_static("8525", 16581290, 16581313),
    **_static("11537", 52002734, 52002773),
    **_static("11538", 51626494, 51626533),
    **_static("11539", 52114110, 52114149),
}

# What a resident's phone offers; the keywords are invented.
RECEIVABLE: tuple[Sticker, ...] = (
    Sticker(package_id="11537", sticker_id="52002734", keywords=("OK", "了解", "わかった", "オッケー")),
    Sticker(package_id="11537", sticker_id="52002735", keywords=("ありがとう", "感謝", "嬉しい")),
    Sticker(package_id="11537", sticker_id="52002736", keywords=("こんにちは", "挨拶", "やあ")),
    Sticker(package_id="11537", sticker_id="52002739", keywords=("お願い", "よろしく", "頼む")),
    Sticker(package_id="11537", sticker_id="52002741", keywords=("おやすみ", "眠い", "寝る")),
    Sticker(package_id="11537", sticker_id="52002744", keywords=("怒る", "むかつく", "ぷんぷん")),
    Sticker(package_id="11537", sticker_id="52002748", keywords=("ごめん", "すみません", "謝る")),
    Sticker(package_id="11537", sticker_id="52002755", keywords=("泣く", "悲しい", "つらい")),
    Sticker(package_id="11537", sticker_id="52002763", keywords=("困った", "わからない", "はてな", "どうしよう")),
    Sticker(package_id="11538", sticker_id="51626494", keywords=("はい", "うん", "いいよ")),
    Sticker(package_id="11538", sticker_id="51626497", keywords=("いいえ", "だめ", "違う")),
    Sticker(package_id="11538", sticker_id="51626501", keywords=("お疲れさま", "ご苦労さま")),
)


def is_sendable(package_id: str, sticker_id: str) -> bool:
    return (package_id, sticker_id) in SENDABLE


def find_receivable(package_id: str, sticker_id: str) -> Sticker:
    """A sticker outside the catalogue is received without keywords, as LINE does for many."""
    for sticker in RECEIVABLE:
        if (sticker.package_id, sticker.sticker_id) == (package_id, sticker_id):
            return sticker
    return SENDABLE.get((package_id, sticker_id), Sticker(package_id=package_id, sticker_id=sticker_id))
