"""Fetching of the pretrained tagger: by pip, from the index that it is set to use, and only when somebody asks for it.

The wheel's dependencies are not wanted (an old TensorFlow), and nothing in it is run: of its files two are read, once
its SHA-256 is the one known here. What is kept is one safetensors file, written under another name first.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

from genre_core.data.clips.tagger.about import (
    AUTHOR,
    COMMAND,
    LICENSE,
    NAME,
    PACKAGE,
    VERSION,
    WHEEL,
    WHEEL_BYTES,
    WHEEL_SHA256,
    weights_path,
)
from genre_core.data.clips.tagger.checkpoint import read_checkpoint
from genre_core.data.clips.tagger.network import from_checkpoint, read_weights
from genre_core.errors import DataError

MAX_BYTES = 2 * WHEEL_BYTES
MAX_SECONDS = 300.0
POLL_SECONDS = 0.1
_BY_HAND = f"download {WHEEL} elsewhere and run {COMMAND} --wheel FILE"
_UNREACHED = (
    "connection broken",
    "connectionerror",
    "connection reset",
    "could not fetch url",
    "timed out",
    "incomplete",
)
"""Words of pip about an index that does not answer."""


def is_fetched(folder: Path) -> bool:
    """Return whether a folder keeps the tagger, undamaged."""
    try:
        read_weights(weights_path(folder))
    except DataError:
        return False
    return True


def fetch(folder: Path, wheel: Path | None = None) -> Generator[int, None, None]:
    """Fetch the tagger into a folder, or read it from a wheel that is there; yield the bytes downloaded so far.

    To stop iterating is to stop fetching.
    Raises DataError where the index cannot be reached or does not have it, the wheel is another, or the folder cannot
    be written.
    """
    path = weights_path(folder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            try:
                if wheel is not None:
                    part.write(_weights(_read(wheel)))
                else:
                    with tempfile.TemporaryDirectory(prefix="genre-lab-tagger-") as work:
                        yield from _download(Path(work))
                        part.write(_weights(_read(Path(work) / WHEEL)))
                part.close()
                os.replace(part.name, path)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise DataError(
            f"The tagger cannot be kept in {folder} ({why}): make room or give access, or name another folder in "
            "GENRE_LAB_FILES."
        ) from error


def _download(work: Path) -> Generator[int, None, None]:
    """Let pip put the wheel into a folder; yield how large it is so far."""
    log = work / "pip.txt"
    command = [
        sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input",
        "--disable-pip-version-check", "--progress-bar=off", "--retries=1", "--timeout=20", f"--dest={work}",
        f"{PACKAGE}=={VERSION}",
    ]  # fmt: skip
    # pip loads into its own temporary folder first: there it can be watched.
    environment = os.environ | {"TMPDIR": str(work), "TMP": str(work), "TEMP": str(work)}
    with log.open("wb") as out:
        pip = subprocess.Popen(command, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    end = time.monotonic() + MAX_SECONDS
    try:
        while pip.poll() is None:
            if (size := _largest(work)) > MAX_BYTES:
                raise DataError(f"The package index sends more than {MAX_BYTES // 10**6} MB: {_BY_HAND}.")
            if time.monotonic() > end:
                raise DataError(
                    f"The package index took more than {MAX_SECONDS / 60:.0f} minutes: try again, or {_BY_HAND}."
                )
            yield size
            time.sleep(POLL_SECONDS)
    finally:
        pip.kill()
        pip.wait()
    if pip.returncode:
        raise DataError(_refusal(log.read_text(errors="replace").lower()))
    yield _largest(work)


def _largest(folder: Path) -> int:
    """Return the size of the largest file in a folder, while pip moves its files and removes its folders."""
    largest = 0
    for parent, _, names in os.walk(folder):  # passes over folders that are gone, as `rglob` does not
        for name in names:
            with suppress(OSError):
                largest = max(largest, os.stat(os.path.join(parent, name)).st_size)
    return largest


def _refusal(log: str) -> str:
    """Say why pip did not get the wheel, from what it wrote, in lower case."""
    if "no module named pip" in log:
        return f"Fetching the tagger needs pip, which this Python does not have: install it, or {_BY_HAND}."
    if "no space left" in log:
        return f"The disk for temporary files is full: make room for {WHEEL_BYTES // 10**6} MB."
    if any(word in log for word in _UNREACHED):
        return f"The package index cannot be reached: check the network and pip's settings, or {_BY_HAND}."
    return f"The package index in use does not have {PACKAGE} {VERSION}: set pip to use another, or {_BY_HAND}."


def _read(wheel: Path) -> Path:
    """Return the path of a wheel once its content is known to be the right one."""
    try:
        if wheel.stat().st_size > MAX_BYTES:
            found = f"it has {wheel.stat().st_size / 10**6:,.0f} MB"
        else:
            digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
            found = f"its SHA-256 begins with {digest[:8]}"
            if digest == WHEEL_SHA256:
                return wheel
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise DataError(f"{wheel} cannot be read ({why}): check its name and permissions.") from error
    raise DataError(
        f"{wheel.name} is not the {WHEEL} that is known here ({found}, not {WHEEL_SHA256[:8]}): nothing was kept. "
        f"Try again, or {_BY_HAND}."
    )


def _weights(wheel: Path) -> bytes:
    """Return the tagger in a wheel as safetensors that say where they come from."""
    from safetensors.numpy import save

    try:
        with zipfile.ZipFile(wheel) as files:
            index, data, license_text = (
                files.read(name)
                for name in (
                    f"{PACKAGE}/{NAME}/.index",
                    f"{PACKAGE}/{NAME}/.data-00000-of-00001",
                    f"{PACKAGE}-{VERSION}.dist-info/LICENSE.md",
                )
            )
    except (zipfile.BadZipFile, KeyError) as error:
        raise DataError(f"{wheel.name} does not hold {NAME}: {_BY_HAND}.") from error
    about = {
        "source": f"{NAME} of {PACKAGE} {VERSION}, https://pypi.org/project/{PACKAGE}/{VERSION}/",
        "wheel_sha256": WHEEL_SHA256,
        "author": AUTHOR,
        "license": LICENSE,
        "license_text": license_text.decode(errors="replace"),
    }
    return save(from_checkpoint(read_checkpoint(index, data)), about)
