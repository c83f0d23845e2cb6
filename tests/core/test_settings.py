"""Settings that are wrong are refused with the variable's name and what to do."""

import pytest

from core.errors import SettingsError
from core.settings import ChannelKeys, SearchMode, Settings, channel_keys, channel_variables, read_settings
from core.texts import say


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in [*Settings.model_fields, "line_channel_secret", "line_channel_access_token"]:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path_factory.mktemp("no_env_file"))


def test_nothing_has_to_be_set() -> None:
    settings = read_settings()
    assert (settings.municipalities, settings.port, settings.database) == (("shiomi",), 8000, "sqlite:///data/madoguchi.sqlite")
    assert settings.is_embedded


@pytest.mark.parametrize(
    ("variable", "right", "wrong"),
    [
        ("PORT", "8080", ["0", "65536", "http", "80.5"]),
        ("SEARCH_MODE", "light", ["lite", "FULL!"]),
        ("PUBLIC_URL", "https://madoguchi.example.jp", ["http://madoguchi.example.jp", "madoguchi.example.jp"]),
        ("LINE_API_URL", "http://127.0.0.1:9000", ["127.0.0.1:9000", "ftp://x"]),
        ("CHROMA_URL", "http://chroma:8000", ["chroma:8000"]),
        ("LANGUAGE_MODEL_URL", "http://127.0.0.1:8080/v1", ["127.0.0.1:8080", "ftp://x"]),
        ("LANGUAGE_MODEL_MONTHLY_TOKENS", "100000", ["-1", "many", "1.5"]),
        ("DATABASE_URL", "postgresql://h/d", ["mysql://h/d", "postgres", "sqlite:madoguchi.db"]),
        ("MUNICIPALITIES", "shiomi,midori-cho", [",", "../etc", "shiomi, a b"]),
    ],
)
def test_wrong_value_is_refused_with_the_variable_and_the_remedy(
    monkeypatch: pytest.MonkeyPatch, variable: str, right: str, wrong: list[str]
) -> None:
    monkeypatch.setenv(variable, right)
    assert str(getattr(read_settings(), variable.lower())) not in ("", "None")
    for value in wrong:
        monkeypatch.setenv(variable, value)
        with pytest.raises(SettingsError) as refused:
            read_settings()
        assert str(refused.value) == say(f"setting.{variable.lower()}")
        assert variable in str(refused.value)


def test_every_wrong_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("SEARCH_MODE", "x")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert str(refused.value).splitlines() == [say("setting.port"), say("setting.search_mode")]


def test_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    monkeypatch.setenv("DATABASE_URL", "")
    assert (read_settings().port, read_settings().is_embedded) == (8000, True)


def test_values_are_brought_into_one_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUNICIPALITIES", " shiomi , midori ,")
    monkeypatch.setenv("PUBLIC_URL", "https://madoguchi.example.jp/")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u@h/d")
    monkeypatch.setenv("SEARCH_MODE", "full")
    settings = read_settings()
    assert settings.municipalities == ("shiomi", "midori")
    assert settings.public_url == "https://madoguchi.example.jp"
    assert settings.database == "postgresql+psycopg://u@h/d"
    assert settings.search_mode is SearchMode.FULL
    assert not settings.is_embedded


@pytest.mark.parametrize(
    ("municipality", "set_variables", "expected"),
    [
        ("shiomi", [], ("LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN")),
        ("shiomi", ["LINE_CHANNEL_SECRET_SHIOMI"], ("LINE_CHANNEL_SECRET_SHIOMI", "LINE_CHANNEL_ACCESS_TOKEN_SHIOMI")),
        ("midori-cho", [], ("LINE_CHANNEL_SECRET_MIDORI_CHO", "LINE_CHANNEL_ACCESS_TOKEN_MIDORI_CHO")),
        ("midori-cho", ["LINE_CHANNEL_SECRET"], ("LINE_CHANNEL_SECRET_MIDORI_CHO", "LINE_CHANNEL_ACCESS_TOKEN_MIDORI_CHO")),
    ],
)
def test_keys_of_a_municipality_are_named_after_it(
    monkeypatch: pytest.MonkeyPatch, municipality: str, set_variables: list[str], expected: tuple[str, str]
) -> None:
    settings = read_settings(municipalities=("shiomi", "midori-cho"))
    for name in set_variables:
        monkeypatch.setenv(name, "x")
    assert channel_variables(settings, municipality) == expected


def test_missing_keys_are_named_and_demo_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings(municipalities=("shiomi", "midori-cho"))
    with pytest.raises(SettingsError, match=r"^LINE_CHANNEL_SECRET、LINE_CHANNEL_ACCESS_TOKEN が.*shiomi.*`main.py demo`"):
        channel_keys(settings, "shiomi")
    monkeypatch.setenv("LINE_CHANNEL_SECRET", " a secret ")
    with pytest.raises(SettingsError, match=r"^LINE_CHANNEL_ACCESS_TOKEN が"):
        channel_keys(settings, "shiomi")
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", "a token")
    keys = channel_keys(settings, "shiomi")
    assert (keys.secret, keys.access_token) == ("a secret", "a token")
    with pytest.raises(SettingsError, match="LINE_CHANNEL_SECRET_MIDORI_CHO"):
        channel_keys(settings, "midori-cho")


def test_keys_are_not_shown() -> None:
    shown = repr(ChannelKeys("a secret", "a token")) + repr(Settings(secret_key="a secret", language_model_key="a key"))  # type: ignore[arg-type]
    assert "a secret" not in shown
    assert "a token" not in shown
    assert "a key" not in shown
