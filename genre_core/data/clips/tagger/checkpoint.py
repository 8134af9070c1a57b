"""TensorFlow's checkpoints, read without TensorFlow.

A checkpoint is two files: one holds the bytes of all arrays, the other is an index of it, a table of LevelDB whose
values are protocol buffers (leveldb/doc/table_format.md; tensorflow/core/protobuf/tensor_bundle.proto). Of it all only
this is read: uncompressed blocks, one file of data, arrays of 32-bit floats.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.errors import DataError

FOOTER, MAGIC = 48, bytes.fromhex("57fb808b247547db")
"""The last bytes of a table say where its index is, and that it is a table."""
TRAILER = 5
"""Bytes after each block: how it is compressed, and a checksum."""
MAX_DIMENSIONS = 8
FLOAT = 1
"""The number of 32-bit floats among the types of arrays."""
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""How a field of a protocol buffer is written."""


def read_checkpoint(index: bytes, data: bytes) -> dict[str, npt.NDArray[np.float32]]:
    """Return the arrays of 32-bit floats in a checkpoint, by their names.

    Raises DataError where it is damaged, compressed, or no checkpoint.
    """
    try:
        if index[-len(MAGIC) :] != MAGIC:
            raise _DamagedError("its index is no table")
        footer = _Reader(index[-FOOTER:])
        footer.block()  # of blocks that say more, of which there are none
        entries = (entry for _, at in _block(index, *footer.block()) for entry in _block(index, *_Reader(at).block()))
        arrays = ((name, _array(_fields(entry), data)) for name, entry in entries if name)
        return {name.decode(): array for name, array in arrays if array is not None}
    except (_DamagedError, UnicodeDecodeError) as error:
        raise DataError(f"The checkpoint cannot be read ({error}): get its files again.") from error


class _DamagedError(Exception):
    """Bytes that are no checkpoint."""


class _Reader:
    """Bytes that are read one value after the other, and never beyond their end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        if size > self.left:
            raise _DamagedError("it ends too early")
        self._at += size
        return self._data[self._at - size : self._at]

    def varint(self) -> int:
        """Read a number of seven bits a byte, the lowest first; the last byte is below 128."""
        value = 0
        for shift in range(0, 64, 7):
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise _DamagedError("a number in it is too long")

    def block(self) -> tuple[int, int]:
        """Read where a block begins, and its size."""
        return self.varint(), self.varint()


def _block(table: bytes, start: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys and values of a block; a key says only what differs from the key before."""
    if start + size + TRAILER > len(table) or size < 4:
        raise _DamagedError("a block lies outside the file")
    if table[start + size]:
        raise _DamagedError("it is compressed")
    block = table[start : start + size]
    n_restarts = int.from_bytes(block[-4:], "little")
    end = size - 4 - 4 * n_restarts  # after the entries: where whole keys stand, and how many there are
    if end < 0:
        raise _DamagedError("a block lies outside the file")
    reader, key = _Reader(block[:end]), b""
    while reader.left:
        n_shared, n_own, n_value = reader.varint(), reader.varint(), reader.varint()
        if n_shared > len(key):
            raise _DamagedError("a name in it has no beginning")
        key = key[:n_shared] + reader.take(n_own)
        yield key, reader.take(n_value)


def _fields(message: bytes) -> dict[int, list[Any]]:
    """Return the fields of a protocol buffer by their numbers: whole numbers and bytes."""
    fields: dict[int, list[Any]] = {}
    reader = _Reader(message)
    while reader.left:
        number, kind = divmod(reader.varint(), 8)
        if kind == VARINT:
            value: Any = reader.varint()
        elif kind in (FIXED64, FIXED32):
            value = reader.take(8 if kind == FIXED64 else 4)
        elif kind == BYTES:
            value = reader.take(reader.varint())
        else:
            raise _DamagedError("a field in it is of an unknown kind")
        fields.setdefault(number, []).append(value)
    return fields


def _array(entry: dict[int, list[Any]], data: bytes) -> npt.NDArray[np.float32] | None:
    """Return the array of an entry: type 1, shape 2, file 3, offset 4, size 5; None if it holds no floats."""
    kind, file, offset, size = (_number(entry, field) for field in (1, 3, 4, 5))
    if kind != FLOAT:
        return None
    shape = [_number(_fields(dimension), 1) for message in entry.get(2, ()) for dimension in _dimensions(message)]
    if file or len(shape) > MAX_DIMENSIONS or size != 4 * math.prod(shape) or offset + size > len(data):
        raise _DamagedError("an array lies outside the file, or has another size than its shape says")
    return np.frombuffer(data, "<f4", size // 4, offset).reshape(shape).astype(np.float32)


def _dimensions(message: Any) -> list[bytes]:
    return [dimension for dimension in _fields(_bytes(message)).get(2, ()) if _bytes(dimension) is dimension]


def _number(fields: dict[int, list[Any]], number: int) -> int:
    value = fields.get(number, [0])[-1]
    if not isinstance(value, int):
        raise _DamagedError("a field in it is of another kind than expected")
    return value


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise _DamagedError("a field in it is of another kind than expected")
    return value
