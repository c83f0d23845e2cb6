"""A text is found by its key and filled; what is wrong is named."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.texts import TextError, Texts

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("alembic", "chromadb", "fastapi", "linebot", "numpy", "onnxruntime", "openpyxl", "pydantic", "sqlalchemy", "starlette", "uvicorn")


def texts_of(folder: Path, content: str) -> Texts:
    (folder / "texts.yaml").write_text(content, encoding="utf-8")
    return Texts.beside(str(folder / "texts.py"))


def test_text_is_said_with_its_values(tmp_path: Path) -> None:
    texts = texts_of(tmp_path, 'file: {empty: "「{name}」は空です。", plain: はい}\nword: いいえ\n')
    assert texts.say("file.empty", name="a.csv") == "「a.csv」は空です。"
    assert texts.say("file.plain", name="unused") == "はい"
    assert texts.say("word") == "いいえ"
    assert set(texts.all) == {"file.empty", "file.plain", "word"}


def test_value_that_looks_like_a_gap_is_left_alone(tmp_path: Path) -> None:
    texts = texts_of(tmp_path, 'a: "{one} {two} {{ fee.card }}"')
    assert texts.say("a", one="{two}", two="2") == "{two} 2 {{ fee.card }}"


def test_missing_key_is_named_with_its_file(tmp_path: Path) -> None:
    texts = texts_of(tmp_path, "file: {empty: はい}")
    for key in ("file.emty", "file", "empty"):
        with pytest.raises(TextError, match=rf"'{key}'.*{tmp_path.name}/texts\.yaml"):
            texts.say(key)


def test_missing_value_is_named_with_its_text(tmp_path: Path) -> None:
    texts = texts_of(tmp_path, 'file: {empty: "{name} {size}"}')
    with pytest.raises(TextError, match=r"texts\.yaml: .*'file\.empty'.*'size'"):
        texts.say("file.empty", name="a")


def test_what_is_no_text_is_named(tmp_path: Path) -> None:
    texts = texts_of(tmp_path, "file: {number: 3}")
    with pytest.raises(TextError, match=r"texts\.yaml: .*'file\.number'"):
        texts.say("file.number")


def test_value_without_a_text_of_its_own_shows_as_the_fallback_or_itself(tmp_path: Path) -> None:
    texts = texts_of(tmp_path, 'state: {sent: 送信済み, other: "ほか（{name}）"}')
    assert texts.named("state", "sent") == "送信済み"
    assert texts.named("state", "lost") == "lost"
    assert texts.named("state", None) == ""
    assert texts.named("state", "lost", "other", name="x") == "ほか（x）"


def test_file_is_read_once_and_only_when_a_text_is_needed(tmp_path: Path) -> None:
    texts = Texts(tmp_path / "texts.yaml")
    texts.path.write_text("a: はい", encoding="utf-8")
    assert texts.say("a") == "はい"
    texts.path.unlink()
    assert texts.say("a") == "はい"


def test_command_line_answers_without_loading_anything_heavy() -> None:
    """`main.py --help` and the door of a server must be there at once; what takes seconds to import comes behind them."""
    code = f"import sys, main; print([name for name in {HEAVY!r} if name in sys.modules], len(main.app.registered_commands))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[] 3\n"
