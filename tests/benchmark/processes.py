"""The product as an operator starts it: `main.py serve`, or `demo`, in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a channel secret for measuring only"
TOKEN = "a channel access token for measuring only"


def processor_seconds(pid: int) -> float:
    """That a process has used so far; hardly moved by what else runs on the machine."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ServedProduct:
    """Started on entering, stopped on leaving; the times of its start are kept."""

    def __init__(self, folder: Path, *, workers: int, environment: Mapping[str, str] | None = None, command: str = "serve") -> None:
        self.command = command
        self.folder = folder
        self.data_folder = folder / "data"
        self.workers = workers
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "DATA_DIR": str(self.data_folder),
            "SECRET_KEY": "a secret key for tests and measuring that is long enough",
            "LINE_CHANNEL_SECRET": SECRET,
            "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
            "MUNICIPALITIES": "shiomi",
            **(environment or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.livez_seconds = self.readyz_seconds = 0.0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Returns once the product is ready."""
        started = time.monotonic()
        log = (self.folder / "server.log").open("ab")
        command = [sys.executable, "main.py", self.command, "--port", str(self.port), "--workers", str(self.workers)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self.livez_seconds = self._wait("/livez", started, 30)
        self.readyz_seconds = self._wait("/readyz", started, 300)

    def _wait(self, path: str, started: float, timeout: float) -> float:
        assert self.process is not None
        # A client for each question would read the certificates each time and take the processor from what is starting.
        with httpx.Client(base_url=self.url, timeout=2) as client:
            while time.monotonic() - started < timeout:
                if self.process.poll() is not None:
                    raise RuntimeError((self.folder / "server.log").read_text(encoding="utf-8")[-2000:])
                try:
                    if client.get(path).status_code == 200:
                        return time.monotonic() - started
                except httpx.TransportError:
                    pass
                time.sleep(0.02)
        raise TimeoutError(path)

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def processor_seconds(self) -> float:
        assert self.process is not None
        return processor_seconds(self.process.pid)

    def resident_megabytes(self) -> float:
        return self._status("VmRSS")

    def own_megabytes(self) -> float:
        """Without pages of files, which the system may take back at any time."""
        return self._status("RssAnon")

    def _status(self, name: str) -> float:
        assert self.process is not None
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))
