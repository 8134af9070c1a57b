"""Sentences of Data about what the tracks are, how they are dealt, and what became of an import."""

import numpy as np
import pytest

from dashboard.services.datasets import Checked, Gaps
from dashboard.views.data import importing_text as of_import
from dashboard.views.data import text as sentences
from dashboard.views.data.imports import Import
from dashboard.views.data.upload import lacking
from genre_core.bayes.limit import BayesLimit, bayes_limit
from genre_core.data.dataset import Column, Dataset
from genre_core.data.inputs import Features
from genre_core.data.sources.table import Inspection
from genre_core.data.splitting import Split
from genre_core.settings.config import SyntheticConfig

NAMES = tuple(f"t{n}" for n in range(12))


def tracks(**more) -> Dataset:
    y = np.arange(12) % 3
    return Dataset(Features(np.arange(24.0).reshape(12, 2), ("x", "y")), y, ("a", "b", "c"), NAMES, **more)


@pytest.fixture(scope="module")
def limit() -> BayesLimit:
    return bayes_limit(SyntheticConfig(), n_draws=20_000)


def test_columns_of_categories_are_counted_and_so_are_their_features():
    columns = (Column("genre", "label", ""), Column("key", "feature", "", categories=("C", "D")))
    said = "genre names the genre, 1 column is a feature"
    assert sentences.columns_sentence(tracks(columns=columns)) == f"{said}, 2 in all with one for each category."
    columns = (*columns[:1], Column("x", "feature", ""), Column("y", "feature", ""), Column("name", "identifier", ""))
    said = "genre names the genre, 2 columns are features, 1 column is not a measurement and is not used."
    assert sentences.columns_sentence(tracks(columns=columns)) == said


def test_a_preview_says_what_was_lost_of_columns_before_what_was_done():
    columns = (Column("genre", "label", ""), Column("x", "feature", "", problem="1 value is no number."))
    seen = Inspection(("genre", "x"), ("genre",), tracks(columns=columns))
    said = ["12 rows of 3 genres, 2 features.", "x: 1 value is no number.", "Tabs separate its columns."]
    assert of_import.preview(["Tabs separate its columns."], seen) == said


def test_a_published_split_that_lacks_a_list_says_which():
    assert lacking([]) == "Still to add: the training tracks and the test tracks."
    assert lacking(["train", "validation"]) == "Still to add: the test tracks."
    assert lacking(["train", "test"]) == ""
    assert lacking(["train", None, "test"]) == "Choose the part of each file."
    assert lacking(["train", "validation", "test", "test"]) == ""


def test_the_answer_counts_tracks_segments_genres_and_features(limit: BayesLimit) -> None:
    counted = "12 tracks in 3 genres of 4 each, 2 features"
    assert sentences.answer(tracks(), "") == f"{counted}."
    assert sentences.answer(tracks(), "t.csv") == f"{counted}, from t.csv."
    pieces = tracks(groups={"track": np.arange(12) % 6})
    assert sentences.answer(pieces, "") == ("12 segments of 6 tracks in 3 genres, 4 segments each, 2 features.")
    filed = tracks(groups={"track": np.arange(12) // 2})
    assert sentences.answer(filed, "") == "12 rows of 6 tracks in 3 genres, 4 rows each, 2 features."
    best = f" The best possible classifier is right on {100 * limit.accuracy:.1f}\u202f% of"
    assert sentences.second(tracks(), limit) == f"{sentences.second(tracks(), None)}{best} such tracks."
    assert sentences.second(tracks(), limit, "single tracks by unknown artists").endswith(
        f"{best} single tracks by unknown artists."
    )


def test_without_tracks_it_says_what_to_do() -> None:
    assert sentences.nothing("table", False, False) == ("No table is chosen yet.", "Add one here.")
    assert sentences.nothing("table", True, True) == (
        "The table of this link is not in this store.",
        "Add the same file here and this link opens it, or choose a stored one.",
    )
    assert sentences.nothing("import of FMA", True, False)[1].startswith("Import the same files here")


def test_a_split_says_how_many_rows_it_deals_and_what_it_tears_apart() -> None:
    rows = np.arange(6), np.arange(6, 9), np.arange(9, 12)
    deals = {"row": "single rows", "published": "the published split", "artist": "whole artists"}
    for by, what in deals.items():
        said = of_import.split_sentence(Checked((), Split(*rows, by)))
        assert said == f"Split by {what}: 6 to train, 3 validation, 3 test."
    assert of_import.split_sentence(Checked((), None, "Too few.")) == "Too few."
    assert of_import.leaky_sentence(Split(*rows, "row", ("track",))).startswith(
        "Rows of the same tracks are in both training and test:"
    )


def test_a_published_split_counts_the_rows_that_it_names() -> None:
    named = np.array([0] * 6 + [1] * 3 + [2] * 3)
    said = "It names 6 train, 3 validation and 3 test rows"
    assert of_import.published_sentence(tracks(published=named)) == f"{said}."
    named = np.where(np.arange(12) == 0, -1, named)
    assert of_import.published_sentence(tracks(published=named)).endswith("; 1 row is in no part and left out.")
    named = np.zeros(12, int)
    said = "It names 12 train and 0 test rows; the validation part is cut from the training part."
    assert of_import.published_sentence(tracks(published=named)) == said
    note = "fold says which rows are in which part, fold 5 as test part: 12 train."
    of_column = "fold says which rows are in which part, fold 5 as test part. "
    assert of_import.published_sentence(tracks(published=named, notes=("Other.", note))) == of_column + said


def test_gaps_are_counted_by_feature() -> None:
    gaps = Gaps(("rms",), np.array([0.25]), np.array([[0.0], [0.5]]), 60)
    assert of_import.missing_sentence(gaps, 80) == (
        "1 feature has missing values, rms the most with 25.0\u202f%; 60 of 80 rows are complete."
    )


def test_an_import_says_how_far_it_is_or_what_came_of_it() -> None:
    assert of_import.import_sentence(Import("fma")) == "fma is waiting for another import."
    assert of_import.import_sentence(Import("fma", problem="Why.")) == "fma was not imported. Why."
    assert of_import.import_sentence(Import("fma", table="ab")) == "fma is imported."
    assert of_import.import_sentence(Import("fma", stage="Reading", done=0.5)) == "Importing fma: reading, 50\u202f%."


def test_all_of_fma_has_another_way_than_an_upload() -> None:
    assert of_import.all_of_fma(200).startswith("All of FMA is larger than 200 MB: run `python -m genre_core import")


def test_data_without_use_and_without_a_run_say_so() -> None:
    assert sentences.UNUSABLE == "These data cannot be used yet."
    assert sentences.NO_RUN == "No complete run has seen these tracks yet."
