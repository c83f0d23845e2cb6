"""What a deployment sets by environment variables: where data lies, keys, modes. Municipal behaviour is in packs."""

import errno
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.errors import SettingsError
from core.texts import named, say

MEDIA_FOLDER = "media"
"""Of the data folder: photos and files, encrypted."""


class SearchMode(StrEnum):
    """Which models take part in search."""

    FULL = "full"
    LIGHT = "light"


class Settings(BaseSettings):
    """One deployment. Field names are the environment variables in lower case; docs/operating.md explains each."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    municipalities: Annotated[tuple[str, ...], NoDecode] = ("shiomi",)
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: str | None = None
    data_dir: Path = Path("data")
    database_url: str | None = None
    chroma_url: str | None = None
    search_mode: SearchMode | None = None
    secret_key: SecretStr | None = None
    line_api_url: str | None = None
    embedding_model: str | None = Field(default=None, max_length=60)
    embedding_url: str | None = None
    embedding_key: SecretStr | None = None
    language_model: str | None = None
    language_model_url: str | None = None
    language_model_key: SecretStr | None = None
    language_model_monthly_tokens: int | None = Field(default=None, ge=0)
    webhook_private_addresses: bool = False
    scanner_url: str | None = None

    @field_validator("municipalities", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("municipalities")
    @classmethod
    def _at_least_one(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or any(not part.replace("-", "").isalnum() for part in value):
            raise ValueError("names of packs are letters, digits and hyphens")
        return value

    @field_validator("public_url")
    @classmethod
    def _https(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("https://"):
            raise ValueError("https is needed")
        if value is not None and "/" in value.rstrip("/").removeprefix("https://"):
            raise ValueError("no path is needed")
        return value.rstrip("/") if value else value

    @field_validator("line_api_url", "chroma_url", "embedding_url", "language_model_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("an http address is needed")
        return value.rstrip("/") if value else value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("SQLite or PostgreSQL is needed")
        return value

    @field_validator("scanner_url")
    @classmethod
    def _scanner(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("tcp://", "unix:/")):
            raise ValueError("tcp://HOST:PORT or unix:/PATH is needed")
        return value

    @property
    def database(self) -> str:
        """The address of the database in SQLAlchemy's form."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'madoguchi.sqlite'}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def holds_secret(self) -> bool:
        """Whether the data folder has a secret of its own, which `demo` made."""
        return (self.data_dir / "secret_key").is_file()

    @property
    def is_embedded(self) -> bool:
        return self.database.startswith("sqlite")


def make_folder(folder: Path) -> None:
    """Raises SettingsError where nothing can be written into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(say("folder.unusable", folder=folder, reason=error.strerror)) from None
    if not os.access(folder, os.W_OK):
        raise SettingsError(say("folder.unusable", folder=folder, reason=os.strerror(errno.EACCES)))


def read_settings(**overrides: object) -> Settings:
    """The settings of the environment; raises SettingsError with the variable's name and the remedy."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks them itself
    except ValidationError as error:
        wrong = [(str(problem["loc"][0]), problem["msg"]) for problem in error.errors() if problem["loc"]]
        lines = [named("setting", name, "other", variable=name.upper(), reason=reason) for name, reason in wrong]
        raise SettingsError("\n".join(dict.fromkeys(lines))) from None


class ChannelKeys:
    """Secret and access token of one municipality's LINE channel, from the environment."""

    def __init__(self, secret: str, access_token: str) -> None:
        self.secret = secret
        self.access_token = access_token

    def __repr__(self) -> str:
        return "ChannelKeys(…)"


def _environment() -> Mapping[str, str]:
    """The process's variables over those of .env, as `Settings` reads them."""
    return {**{name: value or "" for name, value in dotenv_values(".env").items()}, **os.environ}


def channel_variables(settings: Settings, municipality_id: str) -> tuple[str, str]:
    """Names of the two variables that hold this municipality's keys; the first municipality may use the names without an id."""
    suffix = "_" + municipality_id.upper().replace("-", "_")
    own = ("LINE_CHANNEL_SECRET" + suffix, "LINE_CHANNEL_ACCESS_TOKEN" + suffix)
    if municipality_id == settings.municipalities[0] and not _environment().get(own[0]):
        return "LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN"
    return own


def channel_keys(settings: Settings, municipality_id: str) -> ChannelKeys:
    """Raises SettingsError that names the missing variables."""
    names = channel_variables(settings, municipality_id)
    known = _environment()
    values = [known.get(name, "").strip() for name in names]
    missing = [name for name, value in zip(names, values, strict=True) if not value]
    if missing:
        raise SettingsError(say("channel.keys_missing", names="、".join(missing), municipality=municipality_id))
    return ChannelKeys(*values)
