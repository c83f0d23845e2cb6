"""Bringing the database's schema to this version, and telling whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from core.database import Database
from core.errors import ProjectError
from core.texts import say

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


class SchemaError(ProjectError):
    """The database's schema is not that of this version."""


def migrate(database: Database, revision: str = "head") -> None:
    """Up or down to a revision; one transaction per step."""
    config = _config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        is_known = MigrationContext.configure(connection).get_current_heads()
        if revision == "base" or (is_known and _is_earlier(revision, is_known)):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


def is_empty(database: Database) -> bool:
    with database.engine.connect() as connection:
        return not inspect(connection).get_table_names()


def require_current_schema(database: Database) -> None:
    """Raises SchemaError that names the remedy."""
    with database.engine.connect() as connection:
        current = set(MigrationContext.configure(connection).get_current_heads())
    wanted = set(ScriptDirectory.from_config(_config()).get_heads())
    if current != wanted:
        raise SchemaError(say("schema.other_version"))


def _is_earlier(revision: str, current: tuple[str, ...]) -> bool:
    script = ScriptDirectory.from_config(_config())
    ancestors = {found.revision for head in current for found in script.iterate_revisions(head, "base")}
    return revision in ancestors and revision not in current


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
