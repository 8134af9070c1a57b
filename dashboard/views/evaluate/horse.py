"""Is it a horse? Answers that flip when a clip is changed and its genre is not."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from dashboard.components.judged import Judged
from dashboard.components.player import Heard, player
from dashboard.components.study_page import ask_or_wait, study_progress
from dashboard.components.table import table
from dashboard.services import horse, sounds
from dashboard.shell.address import plain
from genre_core.data.clips.sounds import SAMPLE_RATE
from genre_core.errors import ClipError
from genre_core.evaluation.intervals import Interval
from genre_core.judging.horse import EXCERPT, HorseConfig
from genre_core.settings.config import SoundConfig
from genre_core.store.schema import Run
from genre_core.text import capitalized, count, spread

ABOUT = (
    "Does this run listen to the genre, or to something else in the recording? Up to 40 validation clips are changed "
    "in ways that keep their genre. A model that listens to the genre gives the same answers."
)
HELP = (
    "The horse Clever Hans seemed to count, but read the faces of people. A classifier can do the same: B. Sturm, IEEE "
    "Transactions on Multimedia 16 (2014)."
)


def draw(judged: Judged) -> None:
    """Draw the question, the button that asks it, and how many answers flip."""
    st.subheader("Is it a horse?", anchor=False, help=HELP)
    run = judged.run
    if not isinstance(run.config.data, SoundConfig):
        st.caption("This changes sound: choose a run on clips or on generated music.")
        return
    study = horse.STUDIES.find(HorseConfig(run=run.id))
    if study is not None and study.state == "complete":
        _result(run, horse.result(study))
        return
    st.caption(ABOUT)
    ask_or_wait(horse.STUDIES, HorseConfig(run=run.id), "Change the clips", partial(_wait, run))


def _wait(run: Run) -> None:
    study = horse.STUDIES.find(HorseConfig(run=run.id))
    if study is None or not study.active:
        st.rerun()
    n_done, n_clips = horse.so_far(study)
    if study.state == "queued" or not n_clips:
        st.caption("Waiting for a free worker …" if study.state == "queued" else "Choosing the clips …")
    else:
        study_progress(
            study, min(1.0, n_done / n_clips), f"{n_done:,} of {count(n_clips, 'clip')} changed and asked about"
        )


def _result(run: Run, found: Mapping[str, Any]) -> None:
    st.markdown(f"**{plain(found['headline'])}**")
    st.caption(plain(" ".join(found["sentences"]), longest=900))
    left, right = st.columns(2, gap="large")
    with left:
        changes = [one for one in found["changes"] if one["n"]]
        alt = "Answers that flip under each change, with 95 % intervals."
        table(_rows("change", changes), "horse changes", alt, n=len(changes), most=len(changes), columns=_COLUMNS,
              file="flips by change")  # fmt: skip
    with right:
        genres = found["average"]["per_genre"]
        alt = "Answers that flip by genre, all changes together, with 95 % intervals."
        table(_rows("genre", genres), "horse genres", alt, n=len(genres), columns=_COLUMNS, file="flips by genre")
        st.caption("All changes together, without the other excerpt. Intervals count the answers to one clip together.")
    if found["flipped"]:
        _hear(run, found["flipped"])


_COLUMNS = {"share": st.column_config.NumberColumn(format="%.1f %%")}


def _rows(name: str, shares: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            name: capitalized(one[name]) if name == "change" else one[name],
            "flips": f"{one['flips']} of {one['n']}",
            "share": 100 * one["rate"],
            "95 % interval": spread(Interval(*one["interval"])),
        }
        for one in shares
    ]


def _hear(run: Run, flipped: Sequence[Mapping[str, Any]]) -> None:
    """Draw the choice of an answer that flips, and its clip before and after, to hear."""

    def title(at: int) -> str:
        one = flipped[at]
        name = sounds.title_of(run.config.data, one["name"])
        return f"{capitalized(one['change'])}: {one['before']} → {one['after']}, {name} ({one['genre']})"

    st.subheader("Hear what flips", anchor=False)
    at = st.selectbox("Flipped answer", range(len(flipped)), format_func=title, key="flipped answer")
    one = flipped[at]
    try:
        pair = horse.before_and_after(run, one["clip"], one["change"])
    except ClipError as error:
        st.caption(f":material/error: {plain(str(error))}")
        return
    gain = sounds.sound_of(run.config.data, one["clip"]).gain
    said = (("Before", one["before"]), (capitalized(one["change"]), one["after"]))
    heard = [
        Heard(name, called, detail=f"the answer is {answer}", length=n / SAMPLE_RATE, gain=gain)
        for (name, n), (called, answer) in zip(pair, said, strict=True)
    ]
    player(heard, key="player horse", title=title(at), together=one["change"] != EXCERPT and pair[0][1] == pair[1][1])
