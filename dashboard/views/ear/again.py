"""The items of an ear test again, by who was right: those that both got wrong, those that only one got right."""

import numpy as np
import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.player import Heard, player
from dashboard.components.table import table
from dashboard.components.tracks import look_at_one_of
from dashboard.services import ear
from dashboard.services.ear import Compared
from dashboard.services.sounds import Sound, sound_of, title_of
from dashboard.shell import address
from dashboard.views.ear import text as sentences
from dashboard.views.ear.text import WHO
from genre_core.ear.sitting import Sitting
from genre_core.evaluation.paired import LEVEL
from genre_core.settings.config import DatasetConfig

ROWS_SHOWN = 8


def draw(sitting: Sitting, found: Compared, config: DatasetConfig | None) -> None:
    """Draw the choice of who was right, and the items to hear again or, without sound, to open."""
    both, names, who = found.together, list(WHO), ear.who(sitting)
    counts = np.bincount(both.who, minlength=len(WHO)).tolist()
    st.subheader("Hear them again" if sitting.test.kind == "sound" else "Look at them again", anchor=False)
    options = {name: f"{WHO[name].format(who=who)} ({n})" for name, n in zip(names, counts, strict=True)}
    first = next((name for name, n in zip(names, counts, strict=True) if n), names[0])
    chosen = address_choice("Who was right", "who", options, default=first)
    here = np.flatnonzero(both.who == names.index(chosen)).tolist()
    if not here:
        st.caption(f"No {sitting.test.noun} here.")
    elif sitting.test.kind == "sound":
        _hear(sitting, found, here, config, options[chosen])
    else:
        _see(sitting, found, here, config)


def _hear(sitting: Sitting, found: Compared, here: list[int], config: DatasetConfig | None, title: str) -> None:
    test, both = sitting.test, found.together
    heard = []
    for at in here:
        item, yours, theirs = test.items[found.numbers[at]], int(both.first.said[at]), int(both.second.said[at])
        sound = sound_of(config, item.clip) if config else Sound(0.0, 1.0)
        start, seconds = item.start / 1000, item.length / 1000
        heard.append(
            Heard(
                item.clip,
                title_of(config, item.track) if config else item.track,
                test.genres[item.genre],
                sentences.heard_line(test, ear.label(sitting), yours, both.second.name, theirs),
                start,
                seconds,
                sound.seconds or start + seconds,
                sound.gain,
            )
        )
    player(heard, key="ear again", title=title)


def _see(sitting: Sitting, found: Compared, here: list[int], config: DatasetConfig | None) -> None:
    test, both = sitting.test, found.together
    items = [test.items[found.numbers[at]] for at in here]
    rows = [
        {
            "track": item.track,
            "true": test.genres[item.genre],
            ear.label(sitting): sentences.said(test, int(both.first.said[at])),
            both.second.name: sentences.said(test, int(both.second.said[at])),
        }
        for item, at in zip(items, here, strict=True)
    ]
    data, numbers = ear.data_of(test), [item.row for item in items]
    named = st.query_params.get("track", "")
    row = data.row_at(named) if data else None
    at = numbers.index(row) if row in numbers else None
    alt = "Tracks of the test: the true genre, your answer and the other one."
    pick = look_at_one_of(data, numbers) if data else None
    table(rows, "ear tracks", alt, n=len(rows), most=ROWS_SHOWN, at=at, file="tracks", on_pick=pick)
    if at is not None:
        label = "Open this track: why the network said so"
        address.page_link("views/track/page.py", label, ":material/arrow_forward:", run=test.run, track=named)
    if config and both.matched.p < LEVEL and both.matched.difference < 0:
        st.caption(sentences.WHY_IT_WINS)
