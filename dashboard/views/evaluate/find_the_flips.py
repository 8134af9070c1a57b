"""The game: find the wrong labels among twelve tracks, against the finder and the best there can be."""

import numpy as np
import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.judged import Judged
from dashboard.components.listening import Listed, listen
from dashboard.services import outcomes
from dashboard.services.labels import DoubtfulLabels
from dashboard.services.outcomes import StandardScores
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.theme import percent
from dashboard.views.evaluate import labels_text as sentences
from dashboard.views.evaluate.find_flips import Card, find_flips
from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.flips_found import Lab, first, flips_found
from genre_core.evaluation.flips_round import FlipsRound, flips_round
from genre_core.evaluation.intervals import Mask
from genre_core.settings.config import MusicConfig

FEATURES = 8


def invite(labels: DoubtfulLabels) -> None:
    """Draw the button that begins a round, where there are enough tracks for one."""
    if labels.lab is not None and flips_round(labels.lab.wrong, 1) is not None:
        st.button("Find the flips yourself", icon=":material/search:", key="begin game", on_click=_play, args=(1,))


def draw(judged: Judged, labels: DoubtfulLabels) -> None:
    """Draw the round that the address names, or say why there is none."""
    seed, lab = int(st.query_params["game"]), labels.lab
    found = None if lab is None else flips_round(lab.wrong, seed)
    scores = outcomes.standard_scores(judged.run)
    if lab is None or found is None or scores is None:
        none = sentences.no_round(judged.part, known=lab is not None)
        st.subheader(none.answer, anchor=False)
        st.caption(none.reason)
        with st.container(horizontal=True):
            _leave()
            settings = {"data.overlap": "3.0", "data.label_noise": "0.1"}
            st.page_link(
                "views/train/page.py", label="Flip 10 % of the labels", icon=":material/shuffle:", query_params=settings
            )
        return
    marks = _marks()
    _head(judged, found, seed, marks)
    ways = _ways(lab, labels, found, marks)
    if marks is not None:
        knows = "Whoever knows the recipes" if isinstance(judged.run.config.data, MusicConfig) else "The best possible"
        _scores(found, ways, knows)
    with st.container(key="game-choices", horizontal=True, vertical_alignment="center", gap="small"):
        peek = marks is not None or _peek()
        st.button("Another round", icon=":material/refresh:", key="next game", on_click=_play, args=(seed + 1,),
                  disabled=seed + 1 > 999_999)  # fmt: skip
        _leave()
    given = [Listed(int(labels.rows[at]), labels.genres[labels.found.y[at]]) for at in found.tracks.tolist()]
    listen(judged.run.config.data, given, "player game")  # of the data: what the network says stays hidden
    cards = [_card(judged, labels, scores, found, at, ways, peek=peek, shown=marks is not None) for at in range(12)]
    find_flips(cards, "flips", f"{judged.file_name} {seed}", marks, _show)


def _head(judged: Judged, found: FlipsRound, seed: int, marks: list[int] | None) -> None:
    n = len(found.tracks)
    if marks is None:
        st.subheader(sentences.which(found.n_wrong, n), anchor=False)
        st.caption(
            f"Round {seed}, {judged.part} tracks. Mark the tracks that look more like the average of the other genre "
            "than like that of their label, then press Show. Anyone who opens this link gets the same tracks."
        )
    else:
        st.subheader(f"Round {seed}: who found the {found.n_wrong} wrong labels?", anchor=False)


def _marks() -> list[int] | None:
    """Return what was marked when it was shown; None before."""
    text = st.query_params.get("marks")
    if not text:
        return None
    return [] if text == "none" else sorted({int(part) for part in text.split("-")})


def _ways(lab: Lab, labels: DoubtfulLabels, found: FlipsRound, marks: list[int] | None) -> dict[str, Mask]:
    """Return who marked which of the tracks shown; finder and best mark as many as are wrong, as the person is told."""
    by_finder = np.argsort(labels.found.margin[found.tracks], kind="stable")
    by_best = np.argsort(-lab.chance_wrong[found.tracks], kind="stable")
    yours = np.zeros(len(found.tracks), dtype=np.bool_)
    yours[marks or []] = True
    return {"you": yours, "the finder": first(by_finder, found.n_wrong), "the best": first(by_best, found.n_wrong)}


def _scores(found: FlipsRound, ways: dict[str, Mask], best: str) -> None:
    names = {"you": "You", "the finder": "The finder", "the best": best}
    said = [sentences.score_line(names[who], flips_found(marked, found.wrong)) for who, marked in ways.items()]
    st.markdown(f"**{plain('. '.join(said))}.**")
    st.caption(plain(sentences.luck(len(found.tracks), found.n_wrong)))


def _card(
    judged: Judged, labels: DoubtfulLabels, scores: StandardScores, found: FlipsRound, at: int, ways: dict[str, Mask],
    *, peek: bool, shown: bool,
) -> Card:  # fmt: skip
    position = int(found.tracks[at])
    row, label = int(labels.rows[position]), int(labels.found.y[position])
    genres, X = labels.genres, scores.X[row].astype(np.float64)
    other = _nearest_other(scores, X, label)
    order = _telling(scores, label, other)
    rows = tuple(
        (scores.features[f], round(float(X[f]), 3), *np.round(scores.means[[label, other], f], 3).tolist())
        for f in order.tolist()
    )
    nearer = sum(abs(x - own) <= abs(x - another) for _, x, own, another in rows)
    sentence = (
        f"In {nearer} of {len(rows)} features it is closer to the average of {genres[label]} than to that of "
        f"{genres[other]}."
    )
    likely = int(labels.y_prob[position].argmax())
    sure = labels.y_prob[position, likely]
    hint = f"the network predicts {genres[likely]}, {percent(float(sure), decimals=0)}" if peek else ""
    verdict, wrong = "", bool(found.wrong[at])
    if shown and judged.data.y_clean is not None:
        true = genres[int(judged.data.y_clean[row])]
        verdict = f"wrong: truly {true}" if wrong else f"right: it is {true}"
    by = tuple(who for who, marked in ways.items() if marked[at]) if shown else ()
    name = judged.data.tracks[row]
    return Card(name, genres[label], genres[other], rows, sentence, hint, verdict, shown and wrong, by)


def _nearest_other(scores: StandardScores, X: FloatArray, label: int) -> int:
    distances = ((scores.means - X) ** 2).sum(axis=1)
    distances[label] = np.inf
    return int(np.nan_to_num(distances, nan=np.inf).argmin())


def _telling(scores: StandardScores, label: int, other: int) -> IntArray:
    """Return the features in which the two genres' averages lie furthest apart, the furthest first."""
    apart = np.nan_to_num(np.abs(scores.means[label] - scores.means[other]))
    return np.argsort(-apart, kind="stable")[:FEATURES]


def _peek() -> bool:
    return (
        address_choice("The network's predictions", "peek", {"no": "Network's predictions hidden", "yes": "shown"})
        == "yes"
    )


def _leave() -> None:
    st.button("Back to the labels", icon=":material/arrow_back:", key="leave game", type="tertiary", on_click=_end)


def _end() -> None:
    address.look(game=None, marks=None, peek=None)


def _play(seed: int) -> None:
    address.look(game=str(seed), marks=None)


def _show(marked: list[int]) -> None:
    address.look(marks="-".join(map(str, marked)) or "none")
