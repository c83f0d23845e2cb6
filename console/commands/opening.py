"""What commands begin and end with: options that many take, settings, the database, and foreseen errors as sentences."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from console.commands.texts import say

if TYPE_CHECKING:
    from core.database import Database
    from core.settings import Settings

MunicipalityOption = Annotated[str, typer.Option("--municipality", help=say("option.municipality"))]
JsonOption = Annotated[bool, typer.Option("--json", help=say("option.json"))]


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Foreseen errors end a command with their sentence, not with a stack."""
    from core.errors import ProjectError

    try:
        yield
    except ProjectError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def settings_of(port: int | None = None, *, needs_secret: bool = True) -> "Settings":
    """Commands that only read or write content work without SECRET_KEY: they make the data folder's own."""
    from core.encryption import made_secret
    from core.settings import read_settings

    given: dict[str, object] = {"port": port} if port else {}
    settings = read_settings(**given)
    if settings.secret_key is None and not needs_secret:
        settings = read_settings(**given, secret_key=made_secret(settings.data_dir))
    return settings


def opened(settings: "Settings") -> "Database":
    """Raises SchemaError where the database is of another version."""
    from bot.preparing import open_database

    return open_database(settings)
