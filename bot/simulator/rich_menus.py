"""Rich menus of an account: their images, aliases, the default, batches."""

from dataclasses import dataclass

from bot.simulator.records import Json

MOST_MENUS = 1000
MOST_ALIASES = 1000
RESUME_KEY_LIFE_MS = 14 * 24 * 60 * 60_000
WORK_TAKES_MS = 100


@dataclass(kw_only=True)
class RichMenu:
    id: str
    definition: Json
    image: bytes | None = None
    media_type: str = ""

    def as_json(self) -> Json:
        return {"richMenuId": self.id, **self.definition}


@dataclass(frozen=True, kw_only=True)
class Batch:
    accepted_at: int
    has_failed: bool
    resume_key: str | None = None


class RichMenus:
    """Those of one account; the caller holds the platform's lock."""

    def __init__(self) -> None:
        self.menus: dict[str, RichMenu] = {}
        self.aliases: dict[str, str] = {}
        self.default_id: str | None = None
        self.batches: dict[str, Batch] = {}

    def delete(self, menu_id: str) -> None:
        """Whoever it was linked to sees the default again; aliases keep pointing at nothing, as on LINE."""
        del self.menus[menu_id]
        if self.default_id == menu_id:
            self.default_id = None

    def shown_to(self, linked_id: str | None) -> RichMenu | None:
        """A menu of one's own goes before the default of the account."""
        for menu_id in (linked_id, self.default_id):
            if menu_id is not None and (menu := self.menus.get(menu_id)) is not None:
                return menu
        return None

    def aliases_of(self, menu_id: str) -> list[str]:
        return [alias for alias, target in self.aliases.items() if target == menu_id]
