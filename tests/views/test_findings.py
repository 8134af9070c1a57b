"""Findings on the pages: each leads to where its evidence is, and that page opens with it."""

import pytest

from dashboard.services import datasets, diagnoses
from dashboard.text.findings import link
from genre_core.findings.sentences import sentence
from genre_core.settings.names import configure
from genre_core.store.openings import open_test
from genre_core.store.run_result import Judge, told_of
from genre_core.workers.run import execute
from tests.behind_the_gate import saved_scores
from tests.views.opening import drawn, opened, own_store, texts

EVALUATE = "views/evaluate/page.py"
RUNS = {
    "noisy": {"data.overlap": 2.5, "data.label_noise": 0.3, "data.imbalance": 8, "data.n_samples": 2400},
    "leaky": {
        "data.artists": 8, "data.artist_spread": 3.0, "data.overlap": 2.0, "split.by": "row", "data.n_samples": 1200,
    },
    "artists": {"data.artists": 12, "data.artist_spread": 3.5, "data.overlap": 2.0, "data.n_samples": 1200},
    "right": {"data.overlap": 0.05, "data.n_genres": 2, "data.spread": 5.0, "data.n_samples": 400},
}  # fmt: skip
SMALL = {"data.n_genres": 5, "model.hidden": (16,), "train.max_epochs": 4, "train.learning_rate": 0.01}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("findings")) as own:
        for run_id, settings in RUNS.items():
            own.submit(run_id, configure(SMALL | settings))
            execute(run_id, 1, own.url)
            open_test(own, own.run(run_id))
        yield own


def found(run, part, clean=False):
    told = told_of(run, part, datasets.dataset(run.config.data))
    return [(one, sentence(one, told), link(one, told)) for one in diagnoses.findings(run, part, judge=Judge(clean))]


def sections(page):
    return next(item.value for item in page.segmented_control if item.key == "choice section")


def test_every_link_opens_the_page_with_the_evidence(store):
    seen, tried = set(), set()
    for run_id in RUNS:
        run = store.run(run_id)
        for part in ("validation", "test"):
            for finding, _, way in found(run, part):
                seen.add(finding.kind)
                if (where := (finding.kind, part, way.page, *way.looked_at)) in tried:
                    continue
                tried.add(where)
                page = opened(way.page, run=run_id, **way.looked_at)
                assert "in this link" not in texts(page), way
                evidence, genres = finding.evidence, run.context["genres"]
                if evidence.page == "genres":
                    assert page.header[0].value == genres[evidence.genre]
                if evidence.page == "evaluate":
                    assert f"{evidence.part} tracks" in page.header[0].value
                if evidence.section in ("confidence", "reject", "groups"):
                    assert sections(page) == evidence.section
                if evidence.cells:
                    assert len(page.dataframe[0].value)
                    assert "What stands out" not in [sub.value for sub in page.subheader]
                if evidence.clean:
                    assert "about the true genre" in page.header[0].value
    assert seen >= {"leaky", "hardest", "confusion", "shortfall", "label_noise", "all_right", "majority"}
    assert len({where[2:] for where in tried}) >= 6


@pytest.mark.parametrize(("run_id", "part"), [("noisy", "validation"), ("leaky", "test")])
def test_evaluate_says_the_first_findings_and_folds_the_rest(store, run_id, part):
    page = opened(EVALUATE, run=run_id, part=part)
    ours = found(store.run(run_id), part)
    ways = [*page.get("page_link"), *page.button]
    labels = [item.proto.label.replace("\\", "") for item in ways]
    for _, said, way in ours[:5]:
        assert said in texts(page)
        assert way.label in labels or way.looked_at.keys() <= {"part"}  # which is what the page shows already
    assert not [said for _, said, _ in ours[5:] if said in texts(page)]
    assert len(ours) <= 5 or f"{len(ours) - 5} more" in [item.label for item in page.expander]


def test_a_genres_page_says_what_is_about_it(store):
    run = store.run("noisy")
    ours = [(one, said) for one, said, _ in found(run, "validation")]
    genre = next(one.genres[0] for one, _ in ours if one.kind == "hardest")
    page = opened("views/genres/page.py", run="noisy", genre=run.context["genres"][genre])
    about = [said for one, said in ours if genre in one.genres]
    assert all(said in texts(page) for said in about[:5])
    assert not [said for one, said in ours if genre not in one.genres and said in texts(page)]


def test_evaluate_says_what_the_headline_of_train_says(store):
    run = store.run("leaky")
    told = diagnoses.diagnosis(run)
    assert told.kind == "still_climbing"
    ours = [(said, way) for one, said, way in found(run, "test") if one.kind == "training"]
    assert [(said, way.page) for said, way in ours] == [(told.sentence, "views/train/page.py")]
    train = opened("views/train/page.py", run="leaky")
    assert drawn(train, "answer words")["text"] == told.sentence
    assert told.remedy.label in [button.label for button in train.button]


def test_a_test_part_that_is_closed_is_not_spoken_of(store):
    store.submit("closed", configure(SMALL | RUNS["noisy"] | {"train.seed": 5}))
    execute("closed", 1, store.url)
    page = opened(EVALUATE, run="closed")
    scores = saved_scores(store, "closed")["test"]
    assert f"{100 * scores['accuracy']:.1f}" not in texts(page).replace("\u202f", " ")
    assert not [one for one, _, _ in found(store.run("closed"), "validation") if one.kind == "part_gap"]


def test_where_rare_genres_fail_balanced_weights_are_one_click_away(store):
    assert "macro_f1" in {finding.kind for finding, _, _ in found(store.run("noisy"), "validation")}
    page = opened(EVALUATE, run="noisy")
    links = {item.proto.label: item.proto.query_string for item in page.get("page_link")}
    assert "train.class_weighting=balanced" in links["Train with balanced weights"]
    assert "Train with balanced weights" not in {
        item.proto.label for item in opened(EVALUATE, run="artists").get("page_link")
    }
