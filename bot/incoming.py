"""What a resident can do in a talk, as values free of any channel's form."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.media_kinds import PICTURES, Problem
from bot.models import ConversationKind
from core.messages import TapValue


@dataclass(frozen=True, kw_only=True)
class Said:
    """Typed words. In a group `mentions_us` tells whether they are meant for us."""

    text: str
    mentions_us: bool = False


@dataclass(frozen=True, kw_only=True)
class SentSticker:
    """A sticker, with the keywords that the channel knows of it."""

    keywords: tuple[str, ...]
    text: str | None = None


class MediaKind(StrEnum):
    """Kinds of things that come without words."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"


@dataclass(frozen=True, kw_only=True)
class SentMedia:
    """A photo, film, recording or file; its bytes stay with the channel."""

    kind: MediaKind
    file_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class SentLocation:
    """A place on the map."""

    latitude: float
    longitude: float
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Tapped:
    """A button of ours; None when its data is not (or no longer) ours."""

    value: TapValue | None
    moment: str | None = None


@dataclass(frozen=True, kw_only=True)
class Followed:
    """Added us as a friend, or came back."""

    is_unblocked: bool = False


@dataclass(frozen=True, kw_only=True)
class Unfollowed:
    """Blocked us."""


@dataclass(frozen=True, kw_only=True)
class Unsent:
    """Took a message back."""

    message_id: str


@dataclass(frozen=True, kw_only=True)
class JoinedGroup:
    """We were invited to a group or room."""


@dataclass(frozen=True, kw_only=True)
class LeftGroup:
    """We were removed from a group or room."""


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """Something that we do not act upon."""

    kind: str


Content = Said | SentSticker | SentMedia | SentLocation | Tapped | Followed | Unfollowed | Unsent | JoinedGroup | LeftGroup | Unknown


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """One event of a talk."""

    event_id: int
    occurred_at: int
    received_at: int
    content: Content
    conversation_kind: ConversationKind
    message_id: str | None = None
    reply_token: str | None = None
    may_answer: bool = True
    """False where the channel forbids it: another module holds the talk, or the event takes no answer."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a talk lives on the channel; opaque outside the channel's package."""

    kind: ConversationKind
    parts: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ReceivedPhoto:
    """What one bubble brought: kept without its hidden data, or the reason why it was not."""

    media: int
    """Of the row; 0 where it was not kept."""
    name: str = ""
    mime: str = ""
    size: int = 0
    taken_at: tuple[float, float] | None = None
    """By the hidden data, which is kept nowhere; to be used only if the resident agrees."""
    problem: Problem | None = None

    @property
    def is_picture(self) -> bool:
        return self.mime in {kind.value for kind in PICTURES}
