"""Memory that is given back: pages of mapped files leave the process and are read again when needed."""

import mmap
import sys
from pathlib import Path

import pytest

from core.memory import release_memory

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
    release_memory(words.name, model.name)
    assert [kilobytes_in_memory(path) for path in (words, model, other)] == [0, 0, whole]
    assert maps[0][:] == maps[1][:] == content
