"""Clips as they were found or composed: heard by genre, told in numbers, and what could not be used."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from dashboard.components.csv_download import csv_download
from dashboard.components.file_names import named
from dashboard.components.player import Heard, player
from dashboard.components.plot import plot
from dashboard.components.table import table
from dashboard.services import sounds, tables
from dashboard.shell.address import plain
from dashboard.theme import count
from dashboard.views.data import collection_text as sentences
from dashboard.views.data.counts_figure import counts_figure
from genre_core.data.sources import Clip
from genre_core.settings.config import ClipsConfig, MusicConfig, SoundConfig

CSS = Path(__file__).with_suffix(".css")


def draw(config: SoundConfig) -> None:
    """Draw the clips to hear beside what was found."""
    clips = sounds.clips(config)
    left, right = st.columns([1.1, 1], gap="medium")
    with left, st.container(key="collection-sounds", gap="small"):
        listen(config, clips)
    with right, st.container(key="collection-found", gap="small"):
        describe(config, clips)


def listen(config: SoundConfig, clips: Sequence[Clip]) -> None:
    """Draw the choice of a genre, and the player over its clips."""
    genre = st.selectbox("Listen to", sounds.genres(config), key="heard genre", width=260)
    heard = []
    for clip in clips:
        if clip.genre == genre:
            gain = sounds.sound_of(config, clip.clip).gain
            heard.append(
                Heard(clip.clip, sounds.title_of(config, clip.name), clip.genre, length=clip.seconds, gain=gain)
            )
    player(heard, key="collection player")


def describe(config: SoundConfig, clips: Sequence[Clip]) -> None:
    """Draw how much sound each genre has, what the files are like, and which cannot be used."""
    rows = sentences.genres_table(clips, sounds.genres(config))
    texts = [f"{sentences.lasting(row['seconds'])}, {count(row['clips'], 'clip')}" for row in rows]
    figure = counts_figure(
        [row["seconds"] for row in rows], [row["genre"] for row in rows], "Sound of each genre", texts
    )
    height = 44 + min(22, max(12, 420 // len(rows))) * len(rows)
    plot(figure, key="sound of genres", height=height, alt=sentences.bars_alt(rows))
    if isinstance(config, MusicConfig):
        _facts(sentences.music_facts(config))
    elif isinstance(config, ClipsConfig):
        found = sounds.collection(config.table)
        _facts(sentences.file_facts(found.clips))
        stored = tables.stored(config)
        for note in stored.notes if stored else ():
            st.caption(plain(note, 1000))
        if n := len(found.refused):
            _refused(found.refused["file"].tolist(), found.refused["problem"].tolist(), n)


def _facts(facts: sentences.Facts) -> None:
    st.html(CSS)
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>" for name, said in facts.items())
    st.html(f'<dl class="clip-facts">{rows}</dl>')


def _refused(files: list[str], problems: list[str], n: int) -> None:
    """Draw the files that cannot be used, folded, each with its sentence."""
    with st.expander(sentences.refused(n), type="compact", icon=":material/error:", key="refused"):
        columns = {"file": files, "why": problems}
        table(
            columns, "refused files", "The files that cannot be used, and why.", n=n, file=None, most=8, row_height=35
        )
        csv_download(columns, f"{named('refused files')}.csv", "refused")
