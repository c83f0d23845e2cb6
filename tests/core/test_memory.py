"""Memory that is given back: pages of mapped files leave the process and are read again when needed."""

import mmap
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from core.memory import release_memory, release_pages

PAGES = 64


def kilobytes_in_memory(path: Path) -> int:
    """Of a mapped file, as the kernel counts them."""
    lines = Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if line.endswith(str(path)))
    return next(int(line.split()[1]) for line in lines[place:] if line.startswith("Rss:"))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_pages_of_the_named_file_go_and_come_back(tmp_path: Path) -> None:
    words, model, other = tmp_path / "words.dic", tmp_path / "model.bin", tmp_path / "other.dic"
    content = bytes(range(256)) * (PAGES * mmap.PAGESIZE // 256)
    maps = []
    for path in (words, model, other):
        path.write_bytes(content)
        with path.open("rb") as file:
            maps.append(mmap.mmap(file.fileno(), 0, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ))
        assert maps[-1][:] == content
    whole = len(content) // 1024
    assert [kilobytes_in_memory(path) for path in (words, model, other)] == [whole, whole, whole]
    release_pages(words.name, model.name)
    assert [kilobytes_in_memory(path) for path in (words, model, other)] == [0, 0, whole]
    assert maps[0][:] == maps[1][:] == content


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_what_a_start_has_read_goes_and_everything_still_runs(tmp_path: Path) -> None:
    words = tmp_path / "words.dic"
    words.write_bytes(bytes(PAGES * mmap.PAGESIZE))
    with words.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ)
    assert mapped[:] == bytes(PAGES * mmap.PAGESIZE)
    before = kilobytes_of_code()
    release_memory(words.name)
    assert kilobytes_in_memory(words) == 0
    assert kilobytes_of_code() < before
    assert str(Decimal("1.1") + Decimal("2.2")) == "3.3"


def kilobytes_of_code() -> int:
    found, is_code = 0, False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        if " r-xp " in line:
            is_code = True
        elif line.startswith("Rss:") and is_code:
            found, is_code = found + int(line.split()[1]), False
    return found
