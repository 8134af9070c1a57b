"""The pretrained tagger for tests: fetched once, into a folder outside the project, or made of random numbers."""

import itertools
import json
import operator
import struct
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import numpy as np

from genre_core.data.clips.tagger.about import NAME, PACKAGE, VERSION, WHEEL, WHEEL_SHA256
from genre_core.data.clips.tagger.checkpoint import MAGIC
from genre_core.data.clips.tagger.fetch import fetch, is_fetched
from genre_core.data.clips.tagger.network import Network
from genre_core.errors import DataError
from genre_core.networks.musicnn_layers import LAYERS, NORMALIZATIONS

REFERENCE = Path(__file__).parents[2] / "shared" / "reference" / "musicnn"
"""TensorFlow's outputs, where they lie beside the project."""
FOLDER = Path(tempfile.gettempdir()) / f"genre-lab-tests-tagger-{WHEEL_SHA256[:8]}"
NO_INDEX = {"PIP_CONFIG_FILE": "/dev/null", "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_CONSTRAINT": ""}
"""Options that keep pip from the indexes of this machine."""


@cache
def fetched() -> tuple[Path | None, str]:
    """Return the folder with the real tagger; None and why where it cannot be had."""
    if not is_fetched(FOLDER):
        try:
            for _ in fetch(FOLDER):
                pass
        except DataError as error:
            return None, str(error)
    return FOLDER, ""


def assert_as_tensorflow(network: Network) -> None:
    """Compare with TensorFlow's outputs; those of the embedding reach 4.8, where its own rounding errors reach 1e-5."""
    expected = np.load(REFERENCE / "outputs.npz")
    embedding, tags = network(np.load(REFERENCE / "log_mel_input.npy"))
    np.testing.assert_allclose(tags, expected["MSD_musicnn"], rtol=0, atol=1e-5)
    off = np.abs(embedding - expected["MSD_musicnn_pen"])
    assert (off / np.maximum(1, np.abs(expected["MSD_musicnn_pen"]))).max() < 1e-5


def checkpoint_arrays(seed: int = 0) -> dict[str, np.ndarray]:
    """Return random arrays by the names and in the shapes that the real checkpoint has them."""
    rng = np.random.default_rng(seed)
    found = {}
    for name, layer in LAYERS.items():
        kernel = layer.shape[::-1]
        if len(layer.shape) == 4:
            kernel = (*layer.shape[2:], 1, layer.shape[0])
        elif name.startswith("time"):
            kernel = (7, layer.shape[1], 1, layer.shape[0])
        found[f"{layer.named}/kernel"] = rng.normal(size=kernel) / np.sqrt(np.prod(kernel[:-1]))
        found[f"{layer.named}/bias"] = rng.normal(size=layer.shape[0])
    widths = {layer.normalization: layer.shape[0] for layer in LAYERS.values()} | dict(NORMALIZATIONS.values())
    for number, width in widths.items():
        if number is not None:
            of = f"batch_normalization_{number}" if number else "batch_normalization"
            for part in ("gamma", "beta", "moving_mean"):
                found[f"{of}/{part}"] = rng.normal(size=width)
            found[f"{of}/moving_variance"] = rng.uniform(0.5, 2, size=width)
    return {name: array.astype(np.float32) for name, array in found.items()}


def write_checkpoint(arrays: dict[str, np.ndarray], per_block: int = 7) -> tuple[bytes, bytes]:
    """Return index and data of a checkpoint as TensorFlow writes them, but for checksums."""
    data, entries = b"", [(b"", b"\x08\x01")]
    for name, array in sorted(arrays.items()):
        dimensions = b"".join(_message(2, b"\x08" + varint(n)) for n in array.shape)
        content = array.tobytes()
        kind = {"f": 1, "i": 3}[array.dtype.kind]
        entry = b"\x08" + varint(kind) + _message(2, dimensions) + b"\x20" + varint(len(data))
        entries.append((name.encode(), entry + b"\x28" + varint(len(content)) + b"\x35" + bytes(4)))
        data += content
    table, handles = b"", []
    for first in range(0, len(entries), per_block):
        part = entries[first : first + per_block]
        block = _block(part)
        handles.append((part[-1][0], varint(len(table)) + varint(len(block))))
        table += block + bytes(5)
    index = _block(handles)
    footer = bytes(2) + varint(len(table)) + varint(len(index))
    return table + index + bytes(5) + footer.ljust(40, b"\0") + MAGIC, data


def write_wheel(folder: Path, index: bytes, data: bytes) -> Path:
    """Write a wheel of the tagger's name with a checkpoint in it."""
    about = f"{PACKAGE}-{VERSION}.dist-info"
    path = folder / WHEEL
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{PACKAGE}/{NAME}/.index", index)
        wheel.writestr(f"{PACKAGE}/{NAME}/.data-00000-of-00001", data)
        wheel.writestr(f"{about}/LICENSE.md", "Anyone may use it.")
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: {VERSION}\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    return path


def metadata(path: Path) -> dict[str, str]:
    """Return what a safetensors file says of itself."""
    content = path.read_bytes()
    return json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])["__metadata__"]


def varint(value: int) -> bytes:
    low = [value & 127]
    while value := value >> 7:
        low.append(value & 127)
    return bytes([*(part | 128 for part in low[:-1]), low[-1]])


def _message(number: int, content: bytes) -> bytes:
    return bytes([number * 8 + 2]) + varint(len(content)) + content


def _block(entries: list[tuple[bytes, bytes]]) -> bytes:
    """Return a block whose keys say only what differs from the key before."""
    block, before = b"", b""
    for key, value in entries:
        shared = sum(itertools.accumulate((a == b for a, b in zip(before, key, strict=False)), operator.and_))
        own = key[shared:]
        block += varint(shared) + varint(len(own)) + varint(len(value)) + own + value
        before = key
    return block + struct.pack("<II", 0, 1)
