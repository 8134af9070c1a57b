"""Role of each column of a table, and why: a list whose roles can be changed, features folded away."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, cast

import streamlit as st

from dashboard.components.csv_download import Columns, csv_download
from dashboard.components.file_names import named
from dashboard.shell.mount import mount
from genre_core.data.dataset import Column, Role

ROLES: dict[Role, str] = {
    "label": "the genre",
    "group": "kept together",
    "identifier": "the name",
    "feature": "a feature",
    "left out": "left out",
}
"""Role → what it is called, those that matter first."""
_LAST = "last change of columns"

_mount = mount(__file__)


def columns_list(
    columns: Sequence[Column],
    key: str,
    on_change: Callable[[str, Role | None], None],
    *,
    chosen: Collection[str] = (),
    problems: Mapping[str, str] = {},
) -> None:
    """Draw columns with their roles; `on_change` gets a column and its new role, None to have it judged anew.

    `chosen` are those whose role a person chose; `problems` says why a column's last change was not taken.
    """
    order: list[str] = ["label", "group", "identifier", "left out", "feature"]
    listed = sorted(columns, key=lambda column: order.index(column.role))
    rows = [
        {
            "name": column.name,
            "role": column.role,
            "reason": column.reason,
            "chosen": column.name in chosen,
            "problem": problems.get(column.name, ""),
        }
        for column in listed
    ]

    def change() -> None:
        said: dict[str, Any] = dict(st.session_state[key]["change"])
        st.session_state[_LAST] = said["seq"]
        on_change(str(said["name"]), cast(Role, said["role"]) if said["role"] in ROLES else None)

    _mount(key=key, data={"rows": rows, "roles": ROLES, "seq": st.session_state.get(_LAST, 0)}, on_change_change=change)
    words: Columns = {
        "column": [column.name for column in listed],
        "role": [ROLES[column.role] for column in listed],
        "why": [column.reason for column in listed],
    }
    csv_download(words, f"{named('columns')}.csv", key)
