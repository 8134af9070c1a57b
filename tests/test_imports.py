"""Imports go one way, and the first page waits for nothing that is slow to import."""

import ast
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

LIBRARY = (
    {"errors", "genres", "written"},
    {"config"},
    {"settings", "presets", "events", "dataset", "splitting", "generator", "branching", "ensembles", "selection"},
    {"tables", "fma", "published", "sources", "architectures"},
    {"optimizers", "training", "evaluation", "bayes", "exploration", "quality", "explaining", "findings"},
    {"experiment", "batched", "lens", "learning_curve", "cross_predictions", "selection_summary"},
    {"store"},
    {"recording", "outcomes"},
    {"averaging", "worker", "members", "studying", "tuning"},
    {"jobs"},
    {"cluster"},
    {"terminal"},
    {"__main__"},
)
DASHBOARD = (
    {"theme"},
    {"figures"},
    {"what a page is made of"},
    {"views"},
    {"app"},
)
"""Rooms from the ground up: a module imports from its own floor and those below it. In the dashboard, what is not named
is what pages are made of: components, forms, services, sentences."""

SLOW = {"torch", "sklearn", "pandas", "scipy", "statsmodels", "pyarrow", "distributed", "dask", "safetensors"}
TORCH_ROOMS = {"architectures", "training", "optimizers", "batched"}
VALUES = {
    "errors", "config", "settings", "presets", "events", "dataset", "architectures", "evaluation", "exploration",
    "bayes", "branching", "ensembles", "explaining", "findings", "lens", "quality", "selection", "store",
    "tuning", "written",
}  # fmt: skip
"""What a view may take from the library: values and their names, nothing that reads, trains or sends."""


@dataclass(frozen=True)
class Import:
    module: str
    at_top: bool


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for package in ("genre_core", "dashboard") for path in (ROOT / package).rglob("*.py")}


@cache
def imports_of(module: str) -> tuple[Import, ...]:
    """Return what a module imports, but for what is there for type checkers alone."""
    found: list[Import] = []
    _collect(ast.parse(MODULES[module].read_text()), True, found)
    return tuple(found)


def _collect(node: ast.AST, at_top: bool, found: list[Import]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            found.extend(Import(alias.name, at_top) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert not child.level, "imports are written out"
            for alias in child.names:
                whole = f"{child.module}.{alias.name}"
                found.append(Import(whole if whole in MODULES else str(child.module), at_top))
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        else:
            within = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            _collect(child, at_top and not within, found)


def floor_of(module: str) -> int:
    package, _, rest = module.partition(".")
    room = rest.partition(".")[0]
    floors = {"genre_core": LIBRARY, "dashboard": DASHBOARD}[package]
    found = [number for number, rooms in enumerate(floors) if room in rooms]
    if not found and package == "dashboard":
        return DASHBOARD.index({"what a page is made of"})
    assert found, f"{module} has no floor yet: add {room} to LIBRARY in {__file__}"
    return found[0]


def room_of(module: str) -> str:
    return module.split(".")[1]


NAMED = sorted(module for module in MODULES if "." in module)


@pytest.mark.parametrize("module", NAMED)
def test_a_module_has_a_floor_and_imports_nothing_from_above_it(module):
    floor = floor_of(module)
    for imported in imports_of(module):
        package = imported.module.partition(".")[0]
        if package == module.partition(".")[0] and "." in imported.module:
            assert floor_of(imported.module) <= floor, f"{module} imports {imported.module}"
        assert (package, module.partition(".")[0]) != ("dashboard", "genre_core"), f"{module} imports the dashboard"


def test_nothing_goes_in_circles():
    graph = {name: {i.module for i in imports_of(name) if i.module in MODULES and i.at_top} for name in MODULES}
    assert len(list(TopologicalSorter(graph).static_order())) >= len(MODULES)


@pytest.mark.parametrize("module", [name for name in NAMED if name.startswith("genre_core.")])
def test_the_library_knows_no_screen(module):
    packages = {imported.module.partition(".")[0] for imported in imports_of(module)}
    assert not packages & {"streamlit", "plotly"}


@pytest.mark.parametrize("module", NAMED)
def test_what_is_slow_to_import_is_imported_where_it_is_used(module):
    slow = {i.module.partition(".")[0] for i in imports_of(module) if i.at_top} & SLOW
    allowed = {"torch", "safetensors"} if room_of(module) in TORCH_ROOMS else set()
    assert slow <= allowed


@pytest.mark.parametrize("module", [name for name in NAMED if name.startswith("dashboard.")])
def test_the_first_page_waits_for_nothing_slow(module):
    reached, waiting = set(), [module]
    while waiting:
        current = waiting.pop()
        if current in reached:
            continue
        reached.add(current)
        waiting.append(current.rpartition(".")[0])  # importing a module imports the packages around it
        if current in MODULES:
            waiting += [imported.module for imported in imports_of(current) if imported.at_top]
    assert not {name.partition(".")[0] for name in reached} & SLOW


@pytest.mark.parametrize("module", [name for name in NAMED if name.startswith("dashboard.views.")])
def test_a_view_takes_values_and_places_them(module):
    for imported in imports_of(module):
        package, _, rest = imported.module.partition(".")
        if package == "genre_core":
            assert rest.partition(".")[0] in VALUES, f"{module} imports {imported.module}: ask a service"
        assert package not in {"plotly", "numpy", *SLOW}, f"{module} imports {imported.module}: no arithmetic in views"
        assert not imported.module.startswith("dashboard.views."), f"{module} imports another view"


@pytest.mark.parametrize("module", [name for name in NAMED if name.startswith("dashboard.figures.")])
def test_a_figure_knows_no_page(module):
    assert not [i.module for i in imports_of(module) if i.module.partition(".")[0] == "streamlit"]


def test_files_are_named_for_what_is_in_them():
    vague = ("util", "helper", "manager", "common", "misc")
    assert not [str(path) for path in MODULES.values() if any(word in path.stem for word in vague)]
