"""Labels that look wrong: how many, which, what for what, and, where the truth is known, how well they are found."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.csv_download import Columns, csv_download
from dashboard.components.ensembles import members_instead
from dashboard.components.judged import Judged
from dashboard.components.listening import Listed, listen
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.plot import plot
from dashboard.components.safely import refreshing
from dashboard.components.study_page import ask_button, study_progress
from dashboard.components.table import table
from dashboard.components.tracks import TRACK_WIDTH, look_at_one_of
from dashboard.components.twin import twin
from dashboard.services import labels as found_labels
from dashboard.services.labels import Among, DoubtfulLabels
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.text.ensembles import NOT_CROSSED
from dashboard.text.limits import unheard
from dashboard.text.track_names import short_names
from dashboard.views.evaluate import find_the_flips
from dashboard.views.evaluate import labels_text as sentences
from dashboard.views.evaluate.figures import found_figure
from genre_core.data.dataset import Dataset
from genre_core.evaluation.flips_found import Lab
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.settings.config import ExperimentConfig, MusicConfig, SyntheticConfig
from genre_core.store.schema import Run

POLL_SECONDS = 1.0
ROWS, MOST_ROWS = 12, 2000
TRAIN = "views/train/page.py"


def draw(judged: Judged) -> None:
    """Draw the answer with the doubtful tracks, what is taken for what, the lab, or the game that the address names."""
    labels = found_labels.doubtful_labels(judged.run, judged.part)
    if labels is None:
        return
    if st.query_params.get("game"):
        find_the_flips.draw(judged, labels)
        return
    among: dict[Among, str] = {"part": f"{judged.part.capitalize()} tracks", "all": "All tracks"}
    chosen = address_choice(
        "Which tracks", "among", among,
        help="For all tracks: networks with the run's settings predict the tracks that they did not learn from.",
        on_change={"track": None},
    )  # fmt: skip
    if chosen == "all" and judged.run.averages:
        members_instead(judged.run, NOT_CROSSED, "labels")
        return
    if chosen == "part":
        _labels(judged, labels, f"{judged.part} tracks")
        return
    crossed = found_labels.cross_predictions(judged.run)
    if crossed is None or crossed.study.state != "complete":
        state = crossed.study.state if crossed else ""
        refreshing(_crossing, POLL_SECONDS if crossed and crossed.study.active else None)(judged.run, state)
    else:
        everywhere = found_labels.doubtful_everywhere(judged.run, crossed)
        some = crossed.plan is not None and crossed.plan.n_left_out
        tracks = "tracks outside the test part" if some else "all tracks"
        _labels(judged, everywhere, tracks, sentences.crossed_note(crossed))


def _crossing(run: Run, drawn: str) -> None:
    """Offer to predict all tracks, or say how far that is; the page is drawn anew once its state is another."""
    crossed = found_labels.cross_predictions(run)
    if (crossed.study.state if crossed else "") != drawn:
        st.rerun()
    if crossed is None:
        st.subheader("The labels of all tracks", anchor=False)
        closed = "" if run.opened else " The closed test part is not used."
        st.caption(
            "A network cannot judge the labels that it learned. Five networks with this run's settings can each judge "
            f"the fifth of the tracks that they did not see.{closed}"
        )
    else:
        st.subheader(plain(sentences.crossed(crossed)), anchor=False)
        study_progress(crossed.study, crossed.done, "")
    config = found_labels.config_of(run)
    with st.container(horizontal=True):
        study = crossed.study if crossed else None
        ask_button(found_labels.STUDIES, config, study, "Predict all tracks", begun=study is not None)


def _labels(judged: Judged, labels: DoubtfulLabels, tracks: str, note: str = "") -> None:
    said = sentences.answer(labels, tracks)
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        st.subheader(plain(said.answer), anchor=False, help=GLOSSARY["doubtful label"])
        leaky = "" if note or not judged.run.context.get("leaky") else (
            " The split is leaky: rows that belong together are on both sides, which hides wrong labels they share."
        )  # fmt: skip
        st.caption(plain(f"{said.reason} {note}{leaky}".strip(), 900))
        phone_parts({"tracks": "Tracks", "pairs": "Genres"})
        with part("tracks"):
            _table(judged, labels)
    with right, part("pairs"):
        _pairs(labels)
        if labels.lab is None:
            _make_some(judged.run)
        else:
            _lab(judged, labels, labels.lab)
    if labels.lab is not None:
        _curve(judged, labels.lab, tracks)


def _table(judged: Judged, labels: DoubtfulLabels) -> None:
    n = labels.found.n_doubtful
    if not n:
        st.caption("Here no track is labeled as one genre and looks like another.")
        return
    shown = columns(judged.data, labels, min(n, MOST_ROWS), percentages=True)
    number, column = st.column_config.NumberColumn, st.column_config.TextColumn
    rows = labels.rows[labels.order[: min(n, MOST_ROWS)]].tolist()
    listen(judged.run, _heard(judged.data, labels, rows), "player doubtful")
    asked = st.query_params.get("track")
    row = judged.data.row_at(asked) if asked else None
    at = rows.index(row) if row in rows else None
    table(
        shown,
        f"doubtful {judged.file_name} {n}",
        "Tracks with doubtful labels, the most doubtful first, with their label and the genre that they look like.",
        n=n,
        file=None,
        most=ROWS,
        on_pick=look_at_one_of(judged.data, rows),
        at=at,
        columns={
            "rank": number("Rank", width=50),
            "track": column("Track", width=TRACK_WIDTH),
            "label": column("Label"),
            "looks like": column("Looks like"),
            "probability of it": number(
                "Confidence", format="%.1f %%", help="The probability of the genre that it looks like."
            ),
            "probability of the label": number("Of the label", format="%.1f %%", help="The label's probability."),
            "margin": number("Margin", format="%.0f %%", help=GLOSSARY["margin of the label"]),
            "true genre": column("True genre", help=GLOSSARY["wrong label"]),
        },
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        meaning = "Download all doubtful labels."
        csv_download(
            lambda: columns(judged.data, labels, n), f"{judged.file_name} doubtful labels.csv", "doubtful", help=meaning
        )
        if at is None:
            st.caption("Select a track to open it.")
        else:
            name = plain(judged.data.tracks[rows[at]])
            why = "" if st.query_params.get("among") == "all" else ": why it looks like that"
            page = {name: st.query_params.get(name) for name in ("part", "right", "unit", "section", "among")}
            address.page_link("views/track/page.py", f"Open track {name}{why}", ":material/arrow_forward:",
                              **page, track=judged.data.address_of(rows[at]))  # fmt: skip


def _heard(data: Dataset, labels: DoubtfulLabels, rows: Sequence[int]) -> list[Listed]:
    likes = labels.found.looks_like[labels.order[: len(rows)]].tolist()
    y = labels.found.y[labels.order[: len(rows)]].tolist()
    return [Listed(row, data.genres[label], f"looks like {data.genres[like]}")
            for row, label, like in zip(rows, y, likes, strict=True)]  # fmt: skip


def columns(data: Dataset, labels: DoubtfulLabels, n: int, *, percentages: bool = False) -> Columns:
    """Return the n most doubtful labels by column; probabilities in [0, 1]."""
    at, found, factor = labels.order[:n], labels.found, 100 if percentages else 1
    rows, likes = labels.rows[at], found.looks_like[at]
    names = [data.tracks[row] for row in rows.tolist()]
    listed: Columns = {
        "rank": list(range(1, n + 1)),
        "track": short_names(names) if percentages else names,
        "label": [data.genres[number] for number in found.y[at].tolist()],
        "looks like": [data.genres[number] for number in likes.tolist()],
        "probability of it": (factor * labels.y_prob[at, likes]).round(6).tolist(),
        "probability of the label": (factor * found.self_confidence[at]).round(6).tolist(),
        "margin": (factor * found.margin[at]).round(6).tolist(),
    }
    if data.y_clean is not None:
        listed["true genre"] = [data.genres[number] for number in data.y_clean[rows].tolist()]
    return listed


def _pairs(labels: DoubtfulLabels) -> None:
    """Draw which label looks like which genre, and how many of the label's tracks that would be."""
    pairs = labels.found.pairs()
    st.subheader("Which genre is labeled as which", anchor=False)
    if not pairs:
        st.caption("No genre is labeled as another.")
        return
    shares = labels.found.joint / labels.found.joint.sum(axis=1, keepdims=True).clip(1e-12)
    rows = [
        {
            "label": labels.genres[i],
            "looks like": labels.genres[j],
            "doubtful": n,
            "of the label's tracks": round(100 * float(shares[i, j]), 2),
        }
        for i, j, n in pairs
    ]
    meaning = (
        "The estimate of confident learning, scaled to all tracks with the label. It also counts overlap as wrong "
        "labels."
    )
    share = st.column_config.NumberColumn("Of the label", format="%.1f %%", help=meaning)
    titles = {"label": "Label", "looks like": "Looks like", "doubtful": "Doubtful", "of the label's tracks": share}
    alt = "Pairs of label and likely genre, the most common first, with the estimated share of the label's tracks."
    table(rows, "doubtful pairs", alt, n=len(rows), most=4, columns=titles, file="doubtful pairs")


def _make_some(run: Run) -> None:
    """Say how to get wrong labels that are known, to try the finder on."""
    st.subheader("Try the finder", anchor=False)
    data = run.config.data
    drawn = data.generator or (data if isinstance(data, MusicConfig) else None)
    st.caption(
        "Nobody knows whether these labels are wrong. For synthetic tracks with flipped labels we know: see how many "
        "flips the finder finds, and find them yourself."
        if not drawn
        else "Flip some labels on purpose and train again. Then see how many the finder finds, or find them yourself."
    )
    for label, kind in (("Flip 10 % of the labels", "uniform"), ("Flip 10 % to the nearest genre", "neighbours")):
        noise = {"label_noise": 0.1, "noise_kind": kind}
        of = drawn or SyntheticConfig(overlap=3.0)
        config = (run.config if drawn else ExperimentConfig()).model_copy(update={"data": of.model_copy(update=noise)})
        settings = forms.link(config)
        st.page_link(TRAIN, label=label, icon=":material/shuffle:", query_params=settings)


def _lab(judged: Judged, labels: DoubtfulLabels, lab: Lab) -> None:
    st.subheader("Does it find the wrong labels?", anchor=False)
    st.markdown(plain(_lab_sentence(judged, lab), 900))
    st.caption(plain(sentences.without_truth(labels), 600))
    with st.container(horizontal=True, vertical_alignment="center"):
        find_the_flips.invite(labels)
        settings = forms.link(judged.run.config)
        st.page_link(TRAIN, label="Train with other label noise", icon=":material/tune:", query_params=settings)


def _lab_sentence(judged: Judged, lab: Lab) -> str:
    data = judged.run.config.data
    return sentences.lab_sentence(lab, unheard(data), with_recipe=isinstance(data, MusicConfig))


def _curve(judged: Judged, lab: Lab, tracks: str) -> None:
    said = _lab_sentence(judged, lab)
    alt = f"Share of the wrong labels of {tracks} found, by how many labels are checked. {said}"
    plot(found_figure(lab), key="flips found", height=340, alt=alt, revision=judged.run.id)
    twin(_curve_rows(lab), "flips found", alt, ("labels checked", "found", "best possible", "at random"))


def _curve_rows(lab: Lab) -> list[dict[str, object]]:
    n = lab.finder.n
    stops = sorted({round(n * share / 100) for share in (0, 1, 2, 5, 10, 15, 20, 30, 50, 75, 100)})
    return [
        {
            "tracks": at,
            "labels checked": 100 * at / n,
            "found": 100 * float(lab.finder_curve[at]),
            "best possible": 100 * float(lab.best_curve[at]),
            "at random": 100 * at / n,
        }
        for at in stops
    ]
