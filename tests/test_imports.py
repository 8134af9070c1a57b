"""Imports go one way, and the first page waits for nothing that is slow to import."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]

FLOORS = {
    "genre_core": (
        {"errors", "text", "values"},
        {"networks"},
        {"settings"},
        {"data"},
        {"evaluation"},
        {"training", "diagnosis", "bayes", "findings", "inspection", "explaining", "ear", "estimator", "classroom"},
        {"store"},
        {"judging", "lessons"},
        {"studies"},
        {"takehome"},
        {"workers"},
        {"terminal"},
        {"__main__"},
    ),
    "dashboard": (
        {"theme"},
        {"shell"},
        {"figures"},
        {"services"},
        {"text"},
        {"components"},
        {"views"},
        {"pages", "app"},
    ),
}
"""Rooms from the ground up: a module imports from its own floor and from those below it."""

SLOW = {"torch", "sklearn", "pandas", "scipy", "statsmodels", "pyarrow", "distributed", "dask", "safetensors", "fsspec"}
SLOW |= {"librosa", "soundfile", "soxr", "pretty_midi", "midirenderer", "captum", "numba", "onnxruntime", "matplotlib"}
COMPILED = "genre_core.networks.twister"
"""The one module of compiled functions, imported by none at its top."""
ESTIMATOR = "genre_core.estimator"
"""The one module whose class is scikit-learn's own kind, imported by none at its top."""
TORCH_ROOMS = ("genre_core.networks.", "genre_core.training.")
READ_OR_TRAIN = ("genre_core.training", "genre_core.workers", "genre_core.terminal", "genre_core.data.sources")
"""Parts of the library that read, train or send: a page asks a service for them."""


@dataclass(frozen=True)
class Import:
    module: str
    at_top: bool


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for package in FLOORS for path in (ROOT / package).rglob("*.py")}
NAMED = sorted(module for module in MODULES if "." in module)


@cache
def imports_of(module: str) -> tuple[Import, ...]:
    """Return what a module imports, but for what is there for type checkers alone."""
    return tuple(_imports(ast.parse(MODULES[module].read_text()), True))


def _imports(node: ast.AST, at_top: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, at_top) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert not child.level, "imports are written out"
            for alias in child.names:
                whole = f"{child.module}.{alias.name}"
                yield Import(whole if whole in MODULES else str(child.module), at_top)
        elif isinstance(child, ast.expr):
            continue  # there are no imports within
        elif not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
            within = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from _imports(child, at_top and not within)


def floor_of(module: str) -> int:
    package, room = module.split(".")[:2]
    found = [number for number, rooms in enumerate(FLOORS[package]) if room in rooms]
    assert found, f"{module} has no floor: add {room} to FLOORS"
    return found[0]


def page_of(module: str) -> str | None:
    """Return the page whose folder a module lies in."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["dashboard", "views"] and len(parts) > 2 else None


def test_a_module_imports_nothing_from_above_it():
    wrong = []
    for module in NAMED:
        package = module.partition(".")[0]
        for imported in (i.module for i in imports_of(module)):
            above = imported in MODULES and imported.startswith(f"{package}.") and floor_of(imported) > floor_of(module)
            if above or (package == "genre_core" and imported.startswith("dashboard")):
                wrong.append(f"{module} imports {imported}")
    assert not wrong


def test_no_page_imports_another_page():
    wrong = [
        f"{module} imports {i.module}"
        for module in NAMED
        for i in imports_of(module)
        if page_of(module) and page_of(i.module) not in (None, page_of(module))
    ]
    assert not wrong


def test_nothing_goes_in_circles():
    graph = {name: {i.module for i in imports_of(name) if i.module in MODULES and i.at_top} for name in MODULES}
    assert len(list(TopologicalSorter(graph).static_order())) >= len(MODULES)


def test_the_library_knows_no_screen_and_a_figure_knows_no_page():
    screens = {"genre_core.": {"streamlit", "plotly"}, "dashboard.figures.": {"streamlit"}}
    wrong = [
        f"{module} imports {i.module}"
        for module in NAMED
        for room, barred in screens.items()
        if module.startswith(room)
        for i in imports_of(module)
        if i.module.partition(".")[0] in barred
    ]
    assert not wrong


def test_what_is_slow_to_import_is_imported_where_it_is_used():
    wrong = []
    for module in NAMED:
        slow = {i.module.partition(".")[0] for i in imports_of(module) if i.at_top} & SLOW
        allowed = {"torch", "safetensors"} if f"{module}.".startswith(TORCH_ROOMS) else set()
        if not slow <= allowed | {COMPILED: {"numba"}, ESTIMATOR: {"sklearn"}}.get(module, set()):
            wrong.append(f"{module} imports {sorted(slow)}")
        ours = {i.module for i in imports_of(module) if i.at_top} & {COMPILED, ESTIMATOR}
        wrong += [f"{module} imports {one}" for one in sorted(ours)]
    assert not wrong


def test_the_first_page_waits_for_nothing_slow():
    reached: set[str] = set()
    waiting = [module for module in NAMED if module.startswith("dashboard.")]
    while waiting:
        current = waiting.pop()
        if current and current not in reached:
            reached.add(current)
            waiting.append(current.rpartition(".")[0])  # importing a module imports the packages around it
            waiting += [i.module for i in imports_of(current) if i.at_top] if current in MODULES else []
    assert not {name.partition(".")[0] for name in reached} & SLOW


def test_a_page_takes_values_and_places_them():
    """Nothing on a page reads, trains or sends, and none computes: it asks a service for that."""
    pages = [module for module in NAMED if module.startswith("dashboard.views.") and module.endswith(".page")]
    wrong = [
        f"{module} imports {i.module}"
        for module in pages
        for i in imports_of(module)
        if i.module.startswith(READ_OR_TRAIN) or i.module.partition(".")[0] in {"plotly", "numpy", *SLOW}
    ]
    assert pages
    assert not wrong


def test_files_are_named_for_what_is_in_them():
    vague = ("util", "helper", "manager", "common", "misc")
    assert not [str(path) for path in MODULES.values() if any(word in path.stem for word in vague)]
