"""Which bubbles make one turn, and whether what was said so far stands by itself. Pure."""

import re
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from bot.incoming import Bubble, Said, SentMedia, SentSticker, Unsent
from bot.models import ConversationKind
from bot.words import is_whole
from core.personal_numbers import mask_personal_numbers
from core.text import normalise, squeeze

TOGETHER = timedelta(seconds=3)
PATIENCE = timedelta(milliseconds=1500)

DANGLING = re.compile(
    r"(が|を|に|へ|で|と|は|も|や|から|まで|より|けど|けれど|けれども|ですが|ますが|のですが|んですが|んですけど|ので|のに|たら|なら|って|て|、|,|，|とか|および|または|あと|それと|それで|で、|えっと|あの|ええと|あのー|すみません|すいません|ちょっと)$"
)

ASKS = re.compile(r"(何|いつ|いくら|幾ら|どこ|どちら|誰|だれ|どれくらい|どのくらい)\S{0,3}?(まで|から|より|で|に|へ)$")
"""Ends in a particle and is a whole question: 「市役所 何時まで」."""
PART_OF_NUMBER = re.compile(r"(?!0)(?:[0-9][\s./・-]*){4,11}")
"""Digits that more may follow: an individual number has twelve, and no telephone number lacks its leading nought."""


class Completeness(StrEnum):
    """Whether to answer at once."""

    STANDS = "stands"
    FRAGMENT = "fragment"


def first_group(waiting: Sequence[Bubble]) -> tuple[Bubble, ...]:
    """The oldest bubble and those that belong to it; `waiting` is ordered by time of occurrence, newest last, and not empty."""
    first = waiting[0]
    if not can_join(first):
        return (first,)
    group = [first]
    for bubble in waiting[1:]:
        if not can_join(bubble) or bubble.occurred_at - first.occurred_at > TOGETHER.total_seconds() * 1000:
            break
        group.append(bubble)
    return tuple(group)


def can_join(bubble: Bubble) -> bool:
    """Words, stickers and media may be parts of one utterance; a tap, a follow or a place is always its own."""
    if bubble.conversation_kind is not ConversationKind.PERSON or not bubble.may_answer:
        return False
    return isinstance(bubble.content, Said | SentSticker | SentMedia)


def completeness(group: Sequence[Bubble], openings: Sequence[str]) -> Completeness:
    """A fragment is worth a short wait: it ends in a particle or filler, or is a photo whose words may still be typed.

    `openings` are patterns of utterances that usually open a longer one, such as a greeting.
    """
    last = group[-1].content
    match last:
        case Said(text=text):
            return _of_words(text, openings)
        case SentMedia():
            return Completeness.STANDS if any(isinstance(bubble.content, Said) for bubble in group) else Completeness.FRAGMENT
        case _:
            return Completeness.STANDS


def _of_words(text: str, openings: Sequence[str]) -> Completeness:
    flat = normalise(text)
    if not flat or flat.endswith(("?", "!", "。", "？", "！")) or ASKS.search(flat):
        return Completeness.STANDS
    is_fragment = DANGLING.search(flat) or PART_OF_NUMBER.fullmatch(flat) or is_whole(openings, text)
    return Completeness.FRAGMENT if is_fragment else Completeness.STANDS


def joined_text(group: Sequence[Bubble], meaning_of_stickers: dict[str, str]) -> tuple[str, bool]:
    """The words of a group, one bubble a line, with personal numbers masked that were spread over bubbles; and whether there was one."""
    lines: list[str] = []
    for bubble in group:
        match bubble.content:
            case Said(text=text) if text.strip():
                line = text.strip()
                if not lines or PART_OF_NUMBER.fullmatch(line) or not is_same_utterance(lines[-1], line):
                    lines.append(line)
            case SentSticker(keywords=keywords, text=text):
                meaning = text or next((meaning_of_stickers[word] for word in keywords if word in meaning_of_stickers), None)
                if meaning:
                    lines.append(meaning)
            case _:
                pass
    text, found = mask_personal_numbers("\n".join(lines))
    return text, bool(found)


def typed_text(group: Sequence[Bubble]) -> str:
    """What was written, without what stickers mean: by these words we see a resident's language."""
    return "\n".join(bubble.content.text for bubble in group if isinstance(bubble.content, Said))


def taken_back(waiting: Sequence[Bubble]) -> frozenset[str]:
    """Ids of messages that were taken back before they were answered."""
    return frozenset(bubble.content.message_id for bubble in waiting if isinstance(bubble.content, Unsent))


def is_same_utterance(first: str, second: str) -> bool:
    """A nervous thumb sends the same words twice."""
    return squeeze(first) == squeeze(second)
