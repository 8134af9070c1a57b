"""A real PostgreSQL: the server of Debian's package, in a folder of its own, as an ordinary user, behind a socket."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

NOBODY = 65534
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
}


def binaries() -> Path | None:
    """Return the folder of the newest server that is installed, if there is one."""
    found = [shutil.which("initdb"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    return next((Path(program).parent for program in reversed(found) if program), None)


class Server:
    """A server that can be ended and started again."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self._programs, self._n_databases = folder, programs, 0
        self._how: dict[str, Any] = {"cwd": "/", "stdout": subprocess.DEVNULL, "start_new_session": True}
        if os.geteuid() == 0:  # as whom the server refuses to run
            os.chown(folder, NOBODY, NOBODY)
            self._how |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        command = [programs / "initdb", "--no-sync", "--auth=trust", "--username=lab", "--encoding=UTF8", "--locale=C"]
        subprocess.run([*command, "-D", folder / "data"], check=True, timeout=60, **self._how)
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers; what one that was killed has left may hold it up."""
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        command = [self._programs / "postgres", "-D", self.folder / "data", "-k", self.folder, *settings]
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with (self.folder / "log").open("ab") as log:
                self.process = subprocess.Popen(command, stderr=log, **self._how)
            while self.process.poll() is None and time.monotonic() < until:
                with suppress(psycopg.OperationalError):
                    return self.run("SELECT 1")
                time.sleep(0.02)
        raise RuntimeError((self.folder / "log").read_text())

    def end(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it, at once unless told otherwise."""
        self.process.send_signal(how)
        self.process.wait(timeout=30)

    def run(self, statement: str) -> None:
        """Do what is no part of a database of ours."""
        with psycopg.connect(host=str(self.folder), user="lab", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)

    def database(self) -> str:
        """Return the address of a fresh database."""
        self._n_databases += 1
        name = f"lab{self._n_databases}"
        self.run(f"CREATE DATABASE {name}")
        return f"postgresql://lab@/{name}?host={self.folder}"


@contextmanager
def server(memory: Path) -> Iterator[Server]:
    """Give a running server; it needs `binaries`."""
    programs = binaries()
    assert programs
    folder = Path(tempfile.mkdtemp(prefix="genre-lab-", dir=memory if memory.is_dir() else None))
    try:
        running = Server(folder, programs)
        yield running
        running.end()
    finally:
        shutil.rmtree(folder)
