from hypothesis import given
from hypothesis import strategies as st

from genre_core.settings.branches import branch_of
from genre_core.settings.config import ExperimentConfig, FmaConfig, TableConfig
from genre_core.settings.ensembles import ensemble_of
from genre_core.settings.names import configure
from genre_core.settings.naming import MOST_SAID, data_name, run_name

HASH = "ab" * 32
TABLE = {"data.source": "table", "data.table": HASH}


def name(**settings):
    return run_name(configure({key.replace("__", "."): value for key, value in settings.items()}), {})


def test_a_run_is_named_by_its_data_and_its_network():
    assert name() == "synthetic, overlap 4.25 · perceptron 128-64-32"
    assert name(data__overlap=0.8, model__architecture="linear") == "synthetic, overlap 0.8 · softmax regression"
    assert run_name(configure(TABLE), {HASH: "features_30_sec.csv"}) == "features_30_sec · perceptron 128-64-32"
    assert name(data__artists=8).startswith("synthetic, overlap 4.25, artists per genre 8 · ")
    assert data_name(FmaConfig(subset="medium"), {}) == "FMA medium"
    assert data_name(TableConfig(table=HASH), {}) == "table abababab, no longer stored"


def test_what_is_not_usual_follows_and_most_of_it_is_counted():
    assert name(train__seed=7).endswith(" · perceptron 128-64-32 · training seed 7")
    many = name(model__dropout=0.5, train__batch_size=32, train__learning_rate=0.01, train__patience=3, train__seed=7)
    assert many.endswith(" · dropout 0.5, learning rate 0.01, batch size 32 and 2 more")
    long = name(**{"data__source": "table", "data__table": HASH, "data__left_out": ",".join("abcdefgh" * 9)})
    assert long.rpartition(" · ")[2].endswith("…")


def test_a_branch_and_an_ensemble_are_named_so():
    base = configure({})
    assert run_name(branch_of(base, 2), {}) == f"{name()} · branch after 2"
    assert run_name(ensemble_of([base, configure({"train.seed": 7})]), {}) == "synthetic, overlap 4.25 · ensemble of 2"


@given(st.sets(st.sampled_from(["model.dropout", "train.momentum", "split.seed", "train.label_smoothing"])))
def test_every_setting_that_is_changed_changes_the_name(changed):
    texts = {"model.dropout": 0.1, "train.momentum": 0.5, "split.seed": 3, "train.label_smoothing": 0.2}
    found = run_name(configure({one: texts[one] for one in changed}), {})
    assert (found == run_name(ExperimentConfig(), {})) == (not changed)
    assert found.count(",") <= MOST_SAID
