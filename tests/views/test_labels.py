"""The doubtful labels of a run, the lab, and the game, without a browser."""

import pytest

from dashboard.services import labels as found_labels
from dashboard.services import outcomes
from dashboard.views.evaluate import labels_text as sentences
from genre_core.settings.names import configure
from genre_core.store.openings import open_test
from genre_core.workers.run import execute
from genre_core.workers.study import execute_study
from tests.views.opening import drawn, opened, own_store, press, texts, track_named
from tests.views.stored import put_segments

EVALUATE = "views/evaluate/page.py"
SMALL = {
    "data.n_samples": 1600,
    "data.overlap": 3.0,
    "train.max_epochs": 6,
    "model.hidden": (32,),
    "train.learning_rate": 0.01,
    "train.batch_size": 32,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("labels")) as own:
        table = {name.replace("__", "."): value for name, value in put_segments(own, "kept").items()}
        runs = {
            "noisy": {"data.label_noise": 0.1},
            "clean": {},
            "right": {"data.overlap": 0.3, "data.spread": 5.0, "train.max_epochs": 12},
            "table": table,
        }
        for run_id, settings in runs.items():
            base = {name: value for name, value in SMALL.items() if "data.table" not in settings or "data" not in name}
            own.submit(run_id, configure(base | settings))
            execute(run_id, 1, own.url)
            assert own.run(run_id).state == "complete"
        yield own


def looked_at(run, **params):
    return opened(EVALUATE, run=run, section="labels", **params)


def heads(page):
    return " ".join(item.value for item in page.subheader).replace("\\", "")


def shown(page, labels, tracks="validation tracks"):
    """Say whether a page shows what there is to say of some labels."""
    said = sentences.answer(labels, tracks)
    return said.answer in heads(page) and said.reason in texts(page)


def after(number):
    """Return the cards of a round of the noisy run when nothing was marked."""
    return drawn(looked_at("noisy", game=str(number), marks="none"), "flips")["cards"]


def buttons(page):
    return [button.label for button in page.button]


def test_flipped_labels_are_found_and_how_well_is_said_with_intervals(store):
    page = looked_at("noisy")
    labels = found_labels.doubtful_labels(store.run("noisy"), "validation")
    lab = labels.lab
    assert shown(page, labels)
    assert sentences.lab_sentence(lab, "") in texts(page)
    assert sentences.without_truth(labels) in texts(page)
    table = page.dataframe[0].value
    assert list(table.columns)[:4] == ["rank", "track", "label", "looks like"]
    assert len(table) == lab.finder.n_named
    assert (table["margin"].diff().dropna() >= 0).all()
    assert (table["label"] != table["looks like"]).all()


def test_overlap_without_noise_is_not_called_wrong(store):
    page = looked_at("clean")
    labels = found_labels.doubtful_labels(store.run("clean"), "validation")
    assert labels.found.n_doubtful
    assert labels.expected
    assert shown(page, labels)
    links = [link.proto.label for link in page.get("page_link")]
    assert sum(label.startswith("Flip") for label in links) == 2
    assert "Find the flips yourself" not in buttons(page)


def test_genres_far_apart_leave_nothing_doubtful(store):
    page = looked_at("right")
    labels = found_labels.doubtful_labels(store.run("right"), "validation")
    assert not labels.found.n_doubtful
    assert shown(page, labels)
    assert not [frame for frame in page.dataframe if "looks like" in frame.value]


def test_of_real_tracks_nothing_is_called_wrong_that_overlap_explains(store):
    page = looked_at("table")
    said = heads(page)
    assert "look wrong" not in said
    assert "are wrong" not in said
    assert shown(page, found_labels.doubtful_labels(store.run("table"), "validation"))
    assert "Nobody knows" in texts(page)


def test_the_truth_of_the_true_genres_changes_nothing_about_the_labels(store):
    assert heads(looked_at("noisy", right="true")) == heads(looked_at("noisy"))


def test_a_closed_test_part_shows_no_label(store):
    page = looked_at("clean", part="test")
    assert "Open the test part" in buttons(page)
    assert not page.dataframe


def test_a_chosen_track_is_in_the_address_and_leads_to_its_page(store):
    rows = found_labels.doubtful_labels(store.run("noisy"), "validation")
    row = int(rows.rows[rows.order[0]])
    page = looked_at("noisy", track=row)
    assert any(link.proto.label.startswith("Open track") for link in page.get("page_link"))


def test_a_track_goes_on_to_the_next_doubtful_one_and_back_to_the_list(store):
    rows = found_labels.doubtful_labels(store.run("noisy"), "validation")
    first, second = (track_named("noisy", row) for row in rows.rows[rows.order[:2]].tolist())
    page = opened("views/track/page.py", run="noisy", section="labels", track=first)
    assert f"1 of {rows.found.n_doubtful:,}" in texts(page)
    press(page, "Next")
    assert page.query_params["track"] == second
    back = page.get("page_link")[0].proto
    assert (back.label, "section=labels" in back.query_string) == ("Doubtful labels", True)


def test_back_at_the_first_choice_nothing_is_said_to_be_wrong_with_the_link(store):
    page = looked_at("noisy", among="part")
    choice = next(item for item in page.segmented_control if item.key == "choice section")
    choice.set_value("matrix").run()
    assert not page.query_params.get("section")
    assert "in this link" not in texts(page)


def test_all_tracks_are_predicted_by_others_and_the_closed_test_part_is_left_out(store):
    page = press(looked_at("noisy", among="all"), "Predict all tracks")
    assert "Waiting for a worker." in heads(page)
    press(page, "Stop")
    stopped = found_labels.cross_predictions(store.run("noisy"))
    assert (stopped.study.state, len(stopped.folds)) == ("cancelled", 0)
    assert sentences.crossed(stopped) in heads(looked_at("noisy", among="all"))
    press(looked_at("noisy", among="all"), "Continue")
    study = found_labels.cross_predictions(store.run("noisy")).study
    execute_study(study.id, study.attempt, store.url)
    page = looked_at("noisy", among="all")
    test_rows = outcomes.predictions(store.run("noisy")).of("test").rows
    crossed = found_labels.cross_predictions(store.run("noisy"))
    found = found_labels.doubtful_everywhere(store.run("noisy"), crossed)
    said = sentences.answer(found, "tracks outside the test part")
    assert said.answer in heads(page)
    assert f"{said.reason} {sentences.crossed_note(crossed)}" in texts(page)
    assert (len(found.rows), crossed.plan.n_left_out) == (1360, 240)
    assert not set(test_rows.tolist()) & set(found.rows.tolist())


def test_a_round_shows_its_tracks_and_hides_what_is_true(store):
    page = looked_at("noisy", game="5")
    game = drawn(page, "flips")
    assert len(game["cards"]) == 12
    assert game["marks"] is None
    assert not any(card["wrong"] or card["verdict"] or card["by"] or card["hint"] for card in game["cards"])
    assert sentences.which(sum(card["wrong"] for card in after(5)), 12) in heads(page)
    assert [card["track"] for card in drawn(looked_at("noisy", game="5"), "flips")["cards"]] == [
        card["track"] for card in game["cards"]
    ]
    hinted = drawn(looked_at("noisy", game="5", peek="yes"), "flips")
    assert all("the network predicts" in card["hint"] for card in hinted["cards"])


def test_what_was_marked_is_scored_beside_the_finder_and_the_best(store):
    cards = after(5)
    wrong = [at for at, card in enumerate(cards) if card["wrong"]]
    page = looked_at("noisy", game="5", marks="-".join(map(str, wrong)))
    n = len(wrong)
    assert f"You found {n} of {n}," in texts(page)
    assert "The best possible found" in texts(page)
    assert sentences.luck(12, n) in texts(page)
    press(page, "Another round")
    assert page.query_params["game"] == "6"
    assert "marks" not in page.query_params


def test_a_run_without_noise_has_no_round_and_says_how_to_get_one(store):
    none = sentences.no_round("validation", known=False)
    for run in ("clean", "table"):
        page = looked_at(run, game="5")
        assert none.answer in heads(page)
        assert none.reason in texts(page)
        press(page, "Back to the labels")
        assert "game" not in page.query_params


@pytest.mark.parametrize("wrong", [{"game": "x"}, {"game": "7", "marks": "12"}, {"game": "7", "marks": "a-b"}])
def test_a_malformed_round_is_named_and_ignored(store, wrong):
    page = looked_at("noisy", **wrong)
    assert "ignored" in texts(page)
    rounds = [item for item in page.get("bidi_component") if item.proto.id.endswith("-flips")]
    assert len(rounds) == ("marks" in wrong)


def test_an_opened_test_part_has_its_own_labels(store):
    open_test(store, store.run("right"))
    labels = found_labels.doubtful_labels(store.run("right"), "test")
    assert len(labels.rows) == 240
    assert shown(looked_at("right", part="test"), labels, "test tracks")
