"""Bringing the database's schema to this version, and telling whether it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import ArgumentError, DBAPIError

from core.database import Database
from core.errors import ProjectError, SettingsError
from core.settings import Settings
from core.texts import say

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


class SchemaError(ProjectError):
    """The database's schema is not that of this version."""


def reachable(settings: Settings) -> Database:
    """A database that answers. Raises SettingsError with what it said."""
    try:
        database = Database(settings.database)
        with database.engine.connect():
            return database
    except (DBAPIError, ArgumentError) as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        raise SettingsError(say("database.unreachable", reason=str(cause).split("\n", 1)[0])) from None


def migrate(database: Database, revision: str = "head") -> None:
    """Up or down to a revision, in one transaction. Raises SchemaError where rows would then refer to nothing."""
    config = _config()
    with database.engine.connect() as connection, _tables_may_be_rebuilt(connection), connection.begin():
        config.attributes["connection"] = connection
        is_known = MigrationContext.configure(connection).get_current_heads()
        if revision == "base" or (is_known and _is_earlier(revision, is_known)):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
        if database.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise SchemaError(say("schema.rows_refer_to_nothing"))


@contextmanager
def _tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying it, and would refuse to drop the old one while others refer to it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    pooled = connection.connection
    pooled.execute("PRAGMA foreign_keys=OFF").close()
    try:
        yield
    finally:
        pooled.execute("PRAGMA foreign_keys=ON").close()


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
