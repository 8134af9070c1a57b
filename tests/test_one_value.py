"""One number, one value: the same quantity of the same run and part reads the same wherever it stands.

Numbers are found by the words beside them, wherever on a page these are, and compared with the stored evaluation to the
last digit that is shown.
"""

import csv
import html
import io
import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
import streamlit as st

from dashboard.components.live import answer
from dashboard.services import datasets, outcomes, runs
from dashboard.text import evaluate as evaluate_sentences
from dashboard.theme import GAP
from dashboard.views.train import live as following
from genre_core.settings.names import configure
from genre_core.store.openings import open_test
from genre_core.terminal.main import main
from genre_core.workers.run import execute
from tests.views.opening import opened, own_store

SMALL = {
    "data.n_samples": 1600,
    "data.n_genres": 4,
    "data.artists": 12,
    "data.artist_spread": 1.5,
    "data.overlap": 6.0,
    "model.hidden": (16,),
    "train.max_epochs": 4,
    "train.learning_rate": 0.01,
}
PARTS = ("validation", "test")
EVALUATE, GENRES = "views/evaluate/page.py", "views/genres/page.py"
RATE = r"(?P<value>\d+(?:\.\d+)?) %(?: \((?P<low>\d+(?:\.\d+)?)[–-](?P<high>\d+(?:\.\d+)?)\))?"
N = r"(?P<n>[\d,]+)"
PATTERNS = {
    "accuracy": (
        rf"(?<!balanced )(?<!Balanced )(?<!-\d )\b[Aa]ccuracy,? {RATE}",
        rf"this model(?:, validation)? {RATE}",
        rf"^validation {RATE}",
        rf"[Rr]ight on {RATE} of {N} (?:validation |test )?tracks?",
        rf"[Rr]ight on {N} of [\d,]+ \w+ tracks: {RATE}",
        rf"[Rr]ight on {RATE}(?:,|;) (?:a difference|the most frequent)",
        rf"on \w+ tracks\. Right on {RATE}",
    ),
    "macro_f1": (rf"[Mm]acro-F1,? {RATE}",),
    "balanced_accuracy": (rf"[Bb]alanced accuracy {RATE}",),
    "log_loss": (r"[Ll]og loss(?:, nats)? (?P<value>\d+\.\d+)",),
    "majority_accuracy": (
        rf"{RATE} · always the most common genre",
        rf"most common genre,? {RATE}",
        rf"baseline {RATE}",
    ),
    "limit": (
        rf"{RATE} · the best possible (?:on these|here)",
        rf"best possible(?: on [a-z ]+)?, {RATE}",
        rf"these \w* ?tracks,? {RATE}",
    ),
    "correct": (r"[Rr]ight on (?P<value>[\d,]+) of [\d,]+ \w+ tracks",),
    "n": (r"[Rr]ight on [\d,]+ of (?P<value>[\d,]+) \w+ tracks",),
    "validation accuracy": (rf"· (?:leaky )?{RATE} validation ·", rf"that on validation, {RATE}"),
}
LONG_RUN = re.compile(rf"{RATE} · no classifier")
"""On Train the limit is that of all tracks that could be drawn."""


@dataclass(frozen=True)
class Said:
    """A number as it is written, what it is of, and the sentence it was found in."""

    quantity: str
    value: str
    low: str | None
    high: str | None
    where: str


@dataclass(frozen=True)
class Truth:
    """The kind of a quantity: a rate in [0, 1] that is shown in percent, or a plain number."""

    value: float
    interval: tuple[float, float] | None = None
    scale: int = 100

    def agrees(self, said: Said) -> bool:
        """Say whether what is written is this, rounded to the digits that are written."""
        if not written(said.value, self.scale * self.value):
            return False
        if self.interval is None or self.interval == (0.0, 1.0):  # too few for an interval
            return said.low is None
        if said.low is None:
            return True
        return all(written(text, 100 * edge) for text, edge in zip((said.low, said.high), self.interval, strict=True))


def written(text: str, value: float) -> bool:
    decimals = len(text.partition(".")[2])
    return text.replace(",", "") == f"{value:.{decimals}f}"


def collect(texts, quantities=PATTERNS, n=None) -> list[Said]:
    """Return the numbers that stand beside known names; those of another number of tracks than `n` are left out."""
    found = []
    for text in texts:
        for quantity, patterns in quantities.items():
            for pattern in patterns:
                for match in re.finditer(pattern, text):
                    given = match.groupdict()
                    if n and given.get("n") and "% of" in match[0] and int(given["n"].replace(",", "")) != n:
                        continue
                    found.append(Said(quantity, given["value"], given.get("low"), given.get("high"), text))
    return found


def disagreements(said: list[Said], truth: dict[str, Truth]) -> list[Said]:
    return [one for one in said if one.quantity in truth and not truth[one.quantity].agrees(one)]


def plain(text: str) -> str:
    text = html.unescape(re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL))
    return re.sub(r"\s+", " ", text.replace(GAP, " ").replace("\\", "").replace("\u2212", "-")).strip()


def strings(part: Any) -> list[str]:
    """Return all texts within plain data."""
    if isinstance(part, str):
        return strings(json.loads(part)) if part.startswith(("{", "[")) else [part]
    if isinstance(part, dict):
        return [text for name, inner in part.items() if name != "badges" for text in strings(inner)]
    return [text for inner in part for text in strings(inner)] if isinstance(part, list) else []


def texts_of(page) -> list[str]:
    """Return everything that a page says, one text for each of its elements."""
    found = [item.value for kind in ("title", "header", "subheader", "caption", "markdown") for item in page.get(kind)]
    for item in page.get("html"):
        found += item.proto.body.split("</tr>")
    for item in page.get("bidi_component"):
        found += strings(json.loads(item.proto.json))
    found += [item.proto.label for kind in ("page_link", "button") for item in page.get(kind)]
    found += [option for box in page.selectbox for option in box.options]
    return [plain(text) for text in found]


def truths(scores, limit) -> dict[str, Truth]:
    found = {
        "accuracy": Truth(scores["accuracy"], tuple(scores["accuracy_interval"])),
        "macro_f1": Truth(scores["macro_f1"], tuple(scores["macro_f1_interval"])),
        "balanced_accuracy": Truth(scores["balanced_accuracy"], tuple(scores["balanced_accuracy_interval"])),
        "log_loss": Truth(scores["log_loss"], scale=1),
        "majority_accuracy": Truth(scores["majority_accuracy"]),
        "limit": Truth(limit.accuracy, (limit.interval.low, limit.interval.high)),
        "correct": Truth(sum(row[g] for g, row in enumerate(scores["confusion_matrix"])), scale=1),
        "n": Truth(scores["n"], scale=1),
    }
    for score in scores["per_genre"]:
        for name in ("recall", "precision"):
            found[f"{name} of {score['genre']}"] = Truth(score[name], tuple(score[f"{name}_interval"]))
    return found


def genre_patterns(genres, looked_at=None):
    """Return where rates of genres stand; on the page of one genre its name goes without saying."""
    found = {
        f"recall of {g}": [rf"\b{g} is (?:the )?(?:hard|easy|hardest|easiest): {RATE}", rf"\b{g}: recall {RATE}"]
        for g in genres
    }
    if looked_at:
        found[f"recall of {looked_at}"].append(rf"^recall(?:, validation)? {RATE}")
        found[f"precision of {looked_at}"] = [rf"· precision {RATE}"]
    return found


class Unfolded:
    """A place like an expander that a person has opened."""

    open = True

    def __init__(self):
        self.place = st.container()

    def __enter__(self):
        return self.place.__enter__()

    def __exit__(self, *error):
        return self.place.__exit__(*error)


@pytest.fixture(autouse=True)
def _all_is_unfolded(monkeypatch):
    monkeypatch.setattr(st, "expander", lambda *_, **__: Unfolded())


def in_tables(page, best_epoch=None) -> list[Said]:
    """Return the rates of genres, and the accuracy of the best epoch, in the tables of a page, as they are drawn."""
    found = []
    for frame in (table.value for table in page.dataframe):
        if {"true genre", "recall"} <= set(frame.columns):
            found += [
                Said(f"recall of {g}", f"{r:.1f}", None, None, "table")
                for g, r in frame[["true genre", "recall"]].values
            ]
        for name, scale in (("validation_accuracy", 100), ("right", 1)):
            if {"epoch", name} <= set(frame.columns):
                rate = scale * frame.set_index("epoch")[name][best_epoch]
                found.append(Said("validation accuracy", f"{rate:.1f}", None, None, "table of epochs"))
    for frame in (table.value for table in page.dataframe):
        if {"genre", "recall", "precision"} <= set(frame.columns):
            for _, row in frame.iterrows():
                for name in ("recall", "precision"):
                    limits = row[f"{name} interval"].split("–")
                    low, high = limits if len(limits) == 2 else (None, None)
                    found.append(Said(f"{name} of {row['genre']}", f"{row[name]:.1f}", low, high, "table"))
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("one_value")) as own:
        own.submit("one", configure(SMALL))
        execute("one", 1, own.url)
        open_test(own, own.run("one"))
        yield own


@pytest.fixture(scope="module")
def truth(store):
    run = store.run("one")
    found = {part: truths(run.summary[part], outcomes.outcome(run, part).limit) for part in PARTS}
    for part in PARTS:
        found[part]["validation accuracy"] = found["validation"]["accuracy"]
    return found


def genres(store):
    return store.run("one").context["genres"]


def check(page, truth, looked_at=None, without=()):
    """Return what a page says of known quantities; all of it is right to its last digit."""
    names = {**PATTERNS, **genre_patterns([name[10:] for name in truth if name.startswith("recall of ")], looked_at)}
    names = {name: patterns for name, patterns in names.items() if name not in without}
    best = runs.run("one").best_epoch
    said = [*collect(texts_of(page), names, int(truth["n"].value)), *in_tables(page, best)]
    assert not disagreements(said, truth)
    return {one.quantity for one in said}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("section", ["matrix", "epochs", "confidence", "reject", "labels"])
def test_every_section_of_evaluate(store, truth, part, section):
    seen = check(opened(EVALUATE, run="one", part=part, section=section), truth[part])
    assert seen >= {"macro_f1", "correct", "n"}
    if section == "epochs":
        assert "validation accuracy" in seen
    if section == "matrix":
        assert seen >= {"balanced_accuracy", "majority_accuracy", "limit"}
        assert seen >= {"accuracy", "log_loss", *(f"recall of {g}" for g in genres(store))}


@pytest.mark.parametrize("part", PARTS)
def test_every_genres_page(store, truth, part):
    page = opened(GENRES, run="one", part=part)
    assert {"accuracy", "macro_f1"} <= check(page, truth[part])
    for genre in genres(store)[:2]:
        seen = check(opened(GENRES, run="one", part=part, genre=genre), truth[part], genre)
        assert {f"recall of {genre}", f"precision of {genre}"} <= seen


def test_train_runs_and_what_follows_a_run(store, truth):
    page = opened("views/train/page.py", run="one")
    seen = check(page, truth["validation"], without=("limit", "macro_f1"))
    assert {"accuracy", "majority_accuracy", "validation accuracy"} <= seen
    told = [plain(text) for text in strings(answer(following.look, "one", "")["parts"])]
    said = collect(told, {name: found for name, found in PATTERNS.items() if name != "limit"})
    assert {"accuracy", "macro_f1"} <= {one.quantity for one in said}
    assert not disagreements(said, truth["validation"])
    drawn = {match["value"] for text in [*told, *texts_of(page)] for match in LONG_RUN.finditer(text)}
    assert drawn == {f"{100 * datasets.limit(store.run('one').config.data).accuracy:.1f}"}


def test_the_list_of_runs(store, truth):
    page = opened("views/runs/page.py", run="one")
    for text in texts_of(page):
        for part in PARTS:
            if text.lower().startswith(f"{part}:"):
                said = collect([text])
                assert {"accuracy", "macro_f1"} <= {one.quantity for one in said}
                assert not disagreements(said, truth[part])
    assert "accuracy" in check(page, truth["validation"], without=("macro_f1", "accuracy")) or page.dataframe


@pytest.mark.parametrize("part", PARTS)
def test_what_is_downloaded_is_what_is_stored(store, part, monkeypatch):
    taken = {}
    monkeypatch.setattr(st, "download_button", lambda label, data, *_, **__: taken.setdefault(label, data))
    opened(EVALUATE, run="one", part=part)
    rows = list(csv.DictReader(io.StringIO(taken["Genres as CSV"])))
    for row, score in zip(rows, store.run("one").summary[part]["per_genre"], strict=True):
        for name in ("recall", "precision", "f1"):
            assert float(row[name]) == score[name]
        limits = [float(limit) for limit in (row["recall low"], row["recall high"]) if limit]
        known = score["recall_interval"] if score["recall_interval"] != [0.0, 1.0] else []  # too few artists
        assert limits == pytest.approx(known)
        assert (int(row["tracks"]), int(row["predicted"])) == (score["support"], score["predicted"])


@pytest.mark.parametrize("part", PARTS)
def test_the_terminal(store, truth, part, capsys):
    assert main(["evaluate", "one", "--part", part]) == 0
    lines = [plain(line) for line in capsys.readouterr().out.splitlines()]
    seen = collect(lines)
    assert {one.quantity for one in seen} >= set(PATTERNS) - {"validation accuracy"}
    assert not disagreements(seen, truth[part])
    assert main(["evaluate", "one", "--part", part, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told[part] == store.run("one").summary[part]
    assert told["bayes"][f"{part}_accuracy"] == truth[part]["limit"].value


@pytest.mark.parametrize(
    ("text", "agrees"),
    [
        ("accuracy 79.9 % (77.6–82.1)", True),
        ("accuracy 80 %", True),
        ("accuracy 79.92 %", True),
        ("accuracy 79.8 %", False),
        ("accuracy 79 %", False),
        ("accuracy 79.9 % (77.5–82.1)", False),
        ("balanced accuracy 12.0 %", True),
        ("log loss 0.550 nats", True),
        ("log loss 0.55 nats", True),
        ("log loss 0.56 nats", False),
        ("Right on 959 of 1,200 test tracks", True),
        ("Right on 960 of 1,200 test tracks", False),
    ],
)
def test_a_number_is_found_by_its_name_and_judged_to_its_last_digit(text, agrees):
    truth = {
        "accuracy": Truth(0.79917, (0.77554 + 0.0001, 0.82089)),
        "log_loss": Truth(0.54961, scale=1),
        "balanced_accuracy": Truth(0.12),
        "correct": Truth(959, scale=1),
        "n": Truth(1200, scale=1),
    }
    said = collect([text])
    assert said
    assert (not disagreements(said, truth)) == agrees


def test_a_page_that_rounds_in_another_way_is_found(store, truth, monkeypatch):
    def cut(rate, interval=None, decimals=1):
        return f"{int(1000 * rate) / 10:.1f}{GAP}%"

    monkeypatch.setattr(evaluate_sentences, "percent", cut)
    wrong = {
        one.quantity
        for part in PARTS
        for one in disagreements(collect(texts_of(opened(EVALUATE, run="one", part=part))), truth[part])
    }
    assert wrong
