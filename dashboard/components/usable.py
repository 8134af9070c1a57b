"""Settings that can be trained, or why they cannot: said beside the button that would train them."""

from typing import NamedTuple

import streamlit as st

from dashboard.services import datasets, tables
from dashboard.shell import forms
from dashboard.shell.address import plain
from genre_core.errors import DataError, GenresError
from genre_core.settings.config import ExperimentConfig


class Usable(NamedTuple):
    """A configuration that can be trained, or the sentence why it cannot; `others` are genres that can be used."""

    config: ExperimentConfig | None
    problem: str = ""
    others: tuple[str, ...] = ()


def usable(form: forms.Form, *, to_split: bool = True) -> Usable:
    """Return the form's configuration if its data can be had and, `to_split`, split, and its network can take them."""
    if form.config is None:
        return Usable(None, form.problem)
    try:
        shape, batch = datasets.shape(form.config.data), form.config.train.batch_size
        form.config.model.check_memory(shape.inputs, min(batch, shape.n_tracks), shape.frame_seconds)
        if to_split:
            datasets.check_split(form.config.data, form.config.split)
    except GenresError as error:
        return Usable(None, str(error), tuple(error.others))
    except DataError as error:
        return Usable(None, str(error))
    return Usable(form.config)


def say_why_not(found: Usable) -> None:
    """Say why settings cannot be trained, with the genres that can where others cannot."""
    if not found.problem:
        return
    st.caption(f":material/error: {plain(found.problem)}")
    if found.others:  # the split cannot have the rest
        alone = tables.genres_anew(forms.said_config().data, {name: name for name in found.others})
        change = {"values": {"data.genres": alone}}
        label = f"Use the other {len(found.others):,} genres"
        st.button(label, key="other genres", on_click=forms.take, args=(change,))
