"""Roles that a person gives to columns: lists of column names as text, and changes of one column's role.

A list of names is one text with commas between them, so that it fits an address and a terminal; a name that holds a
comma or a quotation mark stands in quotation marks, as in a CSV file.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genre_core.data.dataset import Column, Role
from genre_core.data.tables.cells import refuse_unknown
from genre_core.errors import DataError
from genre_core.settings.config import TableConfig

if TYPE_CHECKING:
    import pandas as pd

WORDS = {
    "label": "the genre column",
    "group": "the group column",
    "name": "the name column",
    "left_out": "left out",
    "taken": "taken as a feature",
}
"""Role that a setting of a table's configuration gives to a column."""


@dataclass(frozen=True)
class Chosen:
    """The columns that a person chose a role for; empty where nothing was chosen."""

    label: str
    group: str
    name: str
    left_out: frozenset[str]
    taken: frozenset[str]

    @property
    def not_genre(self) -> frozenset[str]:
        """Return the columns that were chosen for something else, among which no genre is looked for."""
        return (self.left_out | self.taken | {self.name}) - {""}


def read_names(text: str) -> tuple[str, ...]:
    """Read column names from a text with commas between them, each once."""
    fields = next(csv.reader([text.replace("\r", " ").replace("\n", " ")], skipinitialspace=True), [])
    return tuple(dict.fromkeys(name.strip() for name in fields if name.strip()))


def write_names(names: Iterable[str]) -> str:
    """Write column names as one text that `read_names` reads."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(dict.fromkeys(names))
    return buffer.getvalue()


def named_columns(config: TableConfig) -> frozenset[str]:
    """Return the columns that a configuration names."""
    return frozenset(
        {config.label, config.group, config.name, *read_names(config.left_out), *read_names(config.taken)} - {""}
    )


def chosen_roles(frame: "pd.DataFrame", config: TableConfig) -> Chosen:
    """Return what `config` says of a table's columns.

    Raises DataError where it names a column that the table does not have, or gives one column two roles.
    """
    named = {
        "label": (config.label,) if config.label in frame.columns else read_names(config.label),
        "group": (config.group,),
        "name": (config.name,),
        "left_out": read_names(config.left_out),
        "taken": read_names(config.taken),
    }
    role_of: dict[str, str] = {}
    for role, names in named.items():
        for name in filter(None, names):
            refuse_unknown(
                frame, name, {"label": "genre", "left_out": "columns left out", "taken": "features"}.get(role, role)
            )
            # A file name may keep rows together and name them too.
            if name in role_of and {role, role_of[name]} != {"group", "name"}:
                raise DataError(f"{name} is chosen as {WORDS[role_of[name]]} and {WORDS[role]}: choose one of them.")
            role_of[name] = role
    return Chosen(config.label, config.group, config.name, frozenset(named["left_out"]), frozenset(named["taken"]))


def give_role(config: TableConfig, name: str, role: Role) -> TableConfig:
    """Return the configuration in which a column has that role; who had it before is judged anew."""
    lists = {
        "left_out": [other for other in read_names(config.left_out) if other != name],
        "taken": [other for other in read_names(config.taken) if other != name],
    }
    single = {field: "" if getattr(config, field) == name else getattr(config, field) for field in _SINGLE.values()}
    if role in _SINGLE:
        single[_SINGLE[role]] = name
    else:
        lists[_LISTS[role]].append(name)
    changed = {**single, **{field: write_names(names) for field, names in lists.items()}}
    return TableConfig.model_validate({**dict(config), **changed})


def changed_roles(columns: Sequence[Column], roles: dict[str, Role], config: TableConfig) -> TableConfig:
    """Return the configuration in which every column has the role that `roles` gives it, where that is another."""
    for column in columns:
        if (role := roles.get(column.name, column.role)) != column.role:
            config = give_role(config, column.name, role)
    return config


_SINGLE: dict[Role, str] = {"label": "label", "group": "group", "identifier": "name"}
_LISTS: dict[Role, str] = {"feature": "taken", "left out": "left_out"}


def read_codes(text: str) -> dict[str, float]:
    """Read numbers that stand for a missing value by column, such as `key=-1, tempo=-999`; raises DataError."""
    found: dict[str, float] = {}
    for item in read_names(text):
        name, _, code = item.rpartition("=")
        try:
            found[name.strip()] = float(code)
        except ValueError:
            raise DataError(
                f"{item[:60]} is no code for a missing value: write a column and its number, such as key=-1."
            ) from None
    return found


def add_code(text: str, name: str, code: float) -> str:
    """Return the text that names one more number for a missing value of a column."""
    return write_names(f"{column}={number:g}" for column, number in {**read_codes(text), name: code}.items())
