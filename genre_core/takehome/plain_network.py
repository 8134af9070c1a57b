"""A network as plain torch: layers in a row, or the source of its module with all that this needs and nothing else."""

import ast
import inspect
import sys
from collections.abc import Iterator
from itertools import pairwise
from types import ModuleType
from typing import Any

from genre_core.networks import LinearConfig, MlpConfig, NetworkConfig
from genre_core.networks.mlp import DROPPED_LAYERS

_OURS = "genre_core."


def plain_network(model: NetworkConfig, shape: tuple[int, ...], n_genres: int) -> str:
    """Return the lines of a program that build a network with fresh weights, as `network`."""
    if isinstance(model, MlpConfig | LinearConfig):
        return _in_a_row(model, shape, n_genres)
    return _as_it_is(model, shape, n_genres)


def _in_a_row(model: MlpConfig | LinearConfig, shape: tuple[int, ...], n_genres: int) -> str:
    hidden: tuple[int, ...] = model.hidden if isinstance(model, MlpConfig) else ()
    dropout = model.dropout if isinstance(model, MlpConfig) else 0.0
    lines = ["network = nn.Sequential("]
    if len(shape) > 1:
        lines.append("    nn.Flatten(),")
    size = 1
    for length in shape:
        size *= length
    for number, (below, units) in enumerate(pairwise((size, *hidden, n_genres))):
        if number:
            lines.append("    nn.ReLU(),")
            if number <= DROPPED_LAYERS and dropout:
                lines.append(f"    nn.Dropout({dropout!r}),")
        lines.append(f"    nn.Linear({below}, {units}),")
    return "\n".join([*lines, ")"])


def _as_it_is(model: NetworkConfig, shape: tuple[int, ...], n_genres: int) -> str:
    """Return the source of a module, of what it is made from, and of what these call; its settings as plain values."""
    import torch

    with torch.random.fork_rng(devices=[]):
        kind = type(model.build(shape, n_genres))
    parts, imports, stands_for = dict[str, str](), dict[str, str](), list[str]()
    _gather(kind, parts, imports, stands_for)
    read = _read_settings(model, "\n".join(parts.values()))
    arguments = _arguments(kind, model, shape, n_genres)
    lines = sorted(imports.values())
    lines += ["from types import SimpleNamespace", "", "Network = nn.Module"]
    lines += [f"{' = '.join(sorted(stands_for))} = SimpleNamespace"] if stands_for else []
    lines += ["", "\n\n\n".join(parts.values()), ""]
    settings = ", ".join(f"{name}={value!r}" for name, value in read.items())
    lines += [f"config = SimpleNamespace({settings})", f"network = {kind.__name__}({', '.join(arguments)})"]
    return "\n".join(lines)


def _gather(found: Any, parts: dict[str, str], imports: dict[str, str], stands_for: list[str]) -> None:
    """Collect the source of a class or function after that of all it names, and the imports of these."""
    module, source = sys.modules[found.__module__], inspect.getsource(found)
    for name in _named(ast.parse(source)):
        value = vars(module).get(name)
        if value is None or value is found or name in parts or name in imports or name in stands_for:
            continue
        if inspect.isclass(value) and issubclass(value, NetworkConfig):
            stands_for.append(name)
        elif isinstance(value, ModuleType):
            imports[name] = f"import {value.__name__}" + ("" if value.__name__ == name else f" as {name}")
        elif not hasattr(value, "__module__"):
            parts[name] = f"{name} = {value!r}"
        elif not value.__module__.startswith(_OURS):
            imports[name] = f"from {value.__module__} import {name}"
        elif name != "Network":
            _gather(value, parts, imports, stands_for)
    parts[found.__name__] = source.rstrip()


def _named(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a source reads, in its order, and each once."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    yield from dict.fromkeys(node.id for node in sorted(names, key=lambda node: (node.lineno, node.col_offset)))


def _read_settings(model: NetworkConfig, source: str) -> dict[str, Any]:
    """Return the settings, and what is computed from them, that a source reads of its configuration."""
    tree = ast.parse(source)
    reads = [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "config"
    ]
    return {name: getattr(model, name) for name in dict.fromkeys(reads)}


def _arguments(kind: type, model: NetworkConfig, shape: tuple[int, ...], n_genres: int) -> list[str]:
    """Return what a module is made with: every network takes its settings and genres, some the number of bands."""
    n_bands = getattr(model, "bands_left", lambda shape: shape[0])(shape)
    known = {"config": "config", "n_bands": str(n_bands), "n_genres": str(n_genres)}
    return [known[name] for name in list(inspect.signature(kind).parameters)]
