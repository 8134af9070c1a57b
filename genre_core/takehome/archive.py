"""Archives that leave a store and come into another: zip files of known names, with the hash of each file.

What comes in is bounded before it is unpacked, and nothing in it is executed or unpickled.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Collection, Mapping
from typing import Any

from genre_core.errors import DataError

MANIFEST = "manifest.json"
MOST_BYTES = 1 << 30
"""Largest archive that is read, packed and unpacked alike."""
MOST_FILES = 3000
MOST_PACKED = 200
"""How many times as large as its packed bytes a file may be, from `SMALL` on: more is no model but an archive bomb."""
SMALL = 1 << 20
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError)
"""Errors of `zipfile` on archives that are cut short, damaged or locked."""
_FIRST = (1980, 1, 1, 0, 0, 0)
CLIPS = "clips/"
"""Where sounds lie in an archive: they are packed already, or gain little by it."""


def pack(kind: str, version: int, files: Mapping[str, bytes]) -> bytes:
    """Return files as one archive, with a list of what it holds; the same files give the same bytes."""
    listed = {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}
    manifest = {"format": kind, "version": version, "files": listed}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**files, MANIFEST: json.dumps(manifest, indent=1).encode()}.items():
            one = zipfile.ZipInfo(name, _FIRST)
            one.compress_type, one.external_attr = _method(name, data), 0o644 << 16
            archive.writestr(one, data)
    return buffer.getvalue()


def _method(name: str, data: bytes) -> int:
    """Return how a file is packed: as it is where it is packed already, or where it would look like an archive bomb."""
    if name.endswith(".parquet") or name.startswith(CLIPS):
        return zipfile.ZIP_STORED
    is_empty = len(data) > SMALL and len(data) > MOST_PACKED * len(zlib.compress(data))
    return zipfile.ZIP_STORED if is_empty else zipfile.ZIP_DEFLATED


def kind_of(data: bytes) -> str:
    """Return what kind of archive bytes say that they are; nothing where they are none, or say nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return str(json.loads(archive.read(_bounded(archive)[MANIFEST]))["format"])
    except (ValueError, KeyError, TypeError, RecursionError, *_UNREADABLE):
        return ""


def unpack(data: bytes, kind: str, version: int, needed: Collection[str]) -> dict[str, bytes]:
    """Return the files of an archive of a kind, each as its hash says.

    Raises DataError where it is no such archive, of a newer version, damaged, changed or too large, or lacks a file
    that is needed.
    """
    what = f"a {kind} of Genre Lab"
    if len(data) > MOST_BYTES:
        raise DataError(f"The archive has {len(data) >> 20:,} MB, more than the {MOST_BYTES >> 20:,} MB that are read.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = _bounded(archive)
            if MANIFEST not in entries:
                raise DataError(f"This archive is not {what}: it has no {MANIFEST}.")
            listed = _listed(archive.read(entries[MANIFEST]), kind, version)
            names = set(entries) - {MANIFEST}
            if missing := sorted({*listed, *needed} - names) or sorted(set(needed) - set(listed)):
                raise DataError(f"The archive lacks {missing[0]}: it is cut short or was changed. Export it again.")
            if extra := sorted(names - set(listed)):
                raise DataError(f"The archive holds {extra[0][:60]}, which is not in its list: it was changed.")
            files = {name: archive.read(entries[name]) for name in listed}
    except _UNREADABLE as error:
        if isinstance(error, DataError):
            raise
        raise DataError("The archive cannot be unpacked; it may be cut short: download or copy it again.") from error
    for name, found in files.items():
        if hashlib.sha256(found).hexdigest() != listed[name]:
            raise DataError(f"The file {name} in the archive was changed after it was exported: export it again.")
    return files


def _bounded(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the entries by name; raise DataError where they say that too much would come out."""
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise DataError(f"The archive holds {len(entries):,} files, more than the {MOST_FILES:,} that are read.")
    size = sum(entry.file_size for entry in entries)
    packed = any(one.file_size > SMALL and one.file_size > MOST_PACKED * one.compress_size for one in entries)
    if size > MOST_BYTES or packed:
        raise DataError(f"The archive would unpack to {max(1, size >> 20):,} MB, which no export does: it is not read.")
    if len({entry.filename for entry in entries}) < len(entries):
        raise DataError("The archive holds two files of one name: it was changed. Export it again.")
    return {entry.filename: entry for entry in entries}


def _listed(manifest: bytes, kind: str, version: int) -> dict[str, str]:
    """Return the hash of each file that an archive lists; raise DataError where it is not one of this kind."""
    try:
        found: Any = json.loads(manifest)
        of, number = found["format"], int(found["version"])
        hashes = {str(name): str(one["sha256"]) for name, one in found["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError("The list of files in the archive cannot be read: it was changed. Export it again.") from error
    if of != kind:
        raise DataError(f"This archive is a {str(of)[:40]} of Genre Lab, and a {kind} is needed here.")
    if number > version:
        raise DataError(
            f"This {kind} was exported by a newer version of Genre Lab (format {number}, this one knows {version}): "
            "update Genre Lab here."
        )
    return hashes
