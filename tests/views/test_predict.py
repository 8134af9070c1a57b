"""Predict: what of new files is used and what is odd, told before an answer; the answers and their files."""

import io

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from dashboard.services import predicting, server_files
from dashboard.services.asking import Asked
from genre_core.data.clips import uploads
from genre_core.data.tables.reading import read_table
from genre_core.errors import ClusterError, DataError, GenreLabError
from tests.hums import import_hums, write_hums
from tests.views.opening import opened, own_store, press, texts
from tests.views.stored import trained

PAGE = "views/predict/page.py"
FEATURES = ("tempo", "energy", "rms")
CENTERS = {"blues": (90, 0, 0.1), "jazz": (120, 2, 0.3), "rock": (150, -2, 0.6)}


def tracks(n, seed):
    """Draw a table of n tracks."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(list(CENTERS), n)
    X = np.array([CENTERS[label] for label in labels]) + rng.normal(size=(n, 3)) * (20, 1, 0.2)
    frame = pd.DataFrame(X.round(5), columns=FEATURES)
    return frame.assign(file=[f"new {number}.wav" for number in range(n)], label=labels)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("predict")) as own:
        assert "There is no run yet." in texts(opened(PAGE))
        read = read_table([("own.csv", tracks(240, 0).drop(columns="file").to_csv(index=False).encode())])
        own.put_table(read.content_hash, read.name, read.parquet, read.n_rows, read.n_columns, read.notes)
        given = {"data.source": "table", "data.table": read.content_hash, "train.max_epochs": 8, "model.hidden": (8,)}
        trained(own, "table", given)
        yield own


@pytest.fixture(autouse=True)
def worker(store, monkeypatch):
    """Let this process do what a worker would, at once."""

    def ask(work, *what):
        try:
            return Asked(work(*what, store.url))
        except GenreLabError as error:
            return Asked(problem=str(error))

    monkeypatch.setattr(predicting, "ask", ask)


def with_files(*files, **params):
    """Open the page and drop files there."""
    page = opened(PAGE, **params)
    (box,) = page.file_uploader
    box.set_value([(name, data, "application/octet-stream") for name, data in files])
    page.run()
    assert not page.exception, [item.message for item in page.exception]
    return page


def with_table(frame, **params):
    return with_files(("new.csv", frame.to_csv(index=False).encode()), **({"run": "table"} | params))


def predicted(frame, **params):
    return press(with_table(frame, **params), f"Predict {len(frame):,} tracks")


def shown(page):
    (table,) = [item.value for item in page.dataframe if "answer" in item.value]
    return table


def test_what_is_used_and_odd_is_said_before_there_is_an_answer(store):
    page = with_table(tracks(30, 1).assign(tempo=lambda frame: 60 * frame["tempo"], mood="x"))
    said = texts(page)
    assert page.header[0].value == "30 tracks to answer for."
    assert "3 columns are used, of the 3 that the run learned from." in said
    assert "60 times as large: another unit?" in said
    assert "1 other column is not used: mood." in said
    assert not page.dataframe


def test_pressed_it_answers_with_a_table_files_and_how_right_it_is(store, monkeypatch):
    taken = {}

    def download_button(label, data, name, *args, **named):
        taken[label] = (name, data() if callable(data) else data)

    monkeypatch.setattr(st, "download_button", download_button)
    page = predicted(tracks(40, 2))
    assert page.header[0].value == "An answer for each of 40 tracks."
    assert "Probabilities are calibrated on the run's" in texts(page)
    table = shown(page)
    assert len(table) == 40
    assert {"confidence", "P(jazz)", "genre"} <= set(table)
    assert list(table)[:3] == ["track", "answer", "prediction set"], "a phone has room for three"
    assert "note" not in table, "there is none"
    assert any(item.value.startswith("Right on ") for item in page.subheader)
    name, content = taken["CSV"]
    assert name.endswith("predictions.csv")
    assert pd.read_csv(io.BytesIO(content))["answer"].tolist() == table["answer"].tolist()
    assert pd.read_parquet(io.BytesIO(taken["Parquet"][1]))["track"][0] == "new 0.wav"


def test_below_the_threshold_it_does_not_know_and_the_table_is_filtered(store):
    page = predicted(tracks(40, 3))
    middle = float(shown(page)["confidence"].median())
    page.number_input(key="predict threshold").set_value(middle).run()
    assert page.query_params["reject"] == f"{middle / 100:.4g}"
    unsure = int((shown(page)["answer"] == "don't know").sum())
    assert 0 < unsure < 40
    assert f"it does not know {unsure}" in page.header[0].value
    page.selectbox(key="predict show").set_value("Don't know").run()
    assert len(shown(page)) == unsure
    page.selectbox(key="predict show").set_value("With a note").run()
    assert "No track is answered so." in texts(page) or shown(page)["note"].all()
    page.number_input(key="predict threshold").set_value(0.0).run()
    assert "reject" not in page.query_params
    assert page.header[0].value == "An answer for each of 40 tracks."


def test_a_missing_column_is_named_proposed_or_filled(store):
    frame = tracks(20, 4).rename(columns={"energy": "enrgy"})
    page = with_table(frame)
    assert "The table lacks 1 feature that the run learned from: energy. Perhaps enrgy for energy." in texts(page)
    assert page.button(key="predict").disabled
    press(page, "Use the columns that may be meant")
    assert "As you said, enrgy for energy." in texts(page)
    press(page, "Predict 20 tracks")
    meant = shown(page)
    page = with_table(frame)
    page.selectbox(key="column of energy").set_value("enrgy").run()
    press(page, "Predict 20 tracks")
    assert shown(page).equals(meant)
    press(page, "Forget what I said of columns")
    page.checkbox(key="predict fill").set_value(True).run()
    press(page, "Predict 20 tracks")
    assert shown(page)["note"].str.contains("Lacks energy: the training median stands in.").all()


def test_a_table_without_any_of_the_features_says_so_before_anything_else(store):
    page = with_table(tracks(4, 3).rename(columns=lambda name: f"column {name}"))
    assert page.header[0].value == "This table has none of the run's 3 features."
    assert page.button(key="predict").disabled


def test_segments_are_averaged_unless_each_row_is_asked_for(store):
    frame = tracks(12, 5).assign(file=[f"blues.{number // 3:05}.{number % 3}.wav" for number in range(12)])
    page = with_table(frame)
    assert page.header[0].value == "4 tracks in 12 pieces to answer for."
    press(page, "Predict 4 tracks")
    assert shown(page)["rows"].tolist() == [3] * 4
    page.checkbox(key="predict rows").set_value(True).run()
    assert not page.dataframe
    press(page, "Predict 4 tracks")
    assert len(shown(page)) == 12


def test_tracks_of_the_closed_test_part_get_no_answer(store):
    page = predicted(tracks(240, 0))
    assert page.header[0].value.startswith("Answers for 204 of 240 tracks; 36 are left out")
    assert (shown(page)["answer"] == "").sum() == 36
    assert "The answers are not judged." in texts(page)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"tempo,label\n", "new.csv has a header and no rows below it"),
        (b"\x00\x01junk" * 100_000, "new.csv is a binary file, not a table"),
        (b"a,b\n1,2\n", "The table lacks 3 features that the run learned from"),
    ],
)
def test_bad_files_get_their_sentence_and_others_can_be_chosen(store, content, sentence):
    page = with_files(("new.csv", content), run="table")
    assert sentence in texts(page)
    assert not page.dataframe
    press(page, "Choose other files")
    assert page.header[0].value == "Let a run answer for new tracks."


def test_what_went_wrong_is_said_and_can_be_tried_again(store, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(predicting, "ask", lambda *what: Asked(problem=str(ClusterError("No worker is there."))))
        page = with_table(tracks(5, 6))
        assert "No worker is there." in texts(page)
    press(page, "Try again")
    assert page.header[0].value == "5 tracks to answer for."
    with monkeypatch.context() as patch:
        patch.setattr(predicting, "ask", lambda *what: Asked())
        page = with_table(tracks(5, 7))
    assert page.header[0].value == "Reading …"


def test_a_folder_of_clips_is_measured_and_answered(store, tmp_path):
    table = import_hums(write_hums(tmp_path / "hums", 8, 0.6), store)
    given = {"data.source": "clips", "data.table": table, "data.features": "notebook20", "train.max_epochs": 8}
    trained(store, "hums", given, train__batch_size=8)
    new = sorted((write_hums(tmp_path / "new", 11, 0.7) / "drone").iterdir())[8:]
    files = [(f"new/{file.name}", file.read_bytes()) for file in new]
    page = with_files(*files, ("new/notes.txt", b"x"), ("new/broken.wav", b"x"), run="hums", new="folder")
    assert "3 clips will be heard" in texts(page)
    press(page, "Predict 3 clips")
    assert page.header[0].value == "Answers for 3 of 4 clips; 1 is left out, with its reason."
    assert len(shown(page)) == 4
    page = with_files(("notes.txt", b"x"), run="hums", new="sounds")
    assert "None of these is a sound file." in texts(page)


def test_too_many_files_are_told_what_to_do_instead(store, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_FILES", 1)
    page = with_files(("a.wav", b"x"), ("b.wav", b"x"), run="table", new="sounds")
    assert "These are 2 files; an upload takes 1 at most: run `python -m genre_core predict RUN FOLDER`" in texts(page)


def test_while_clips_are_measured_the_page_says_how_far(store, tmp_path, monkeypatch):
    (file,) = (write_hums(tmp_path, 1, 0.9) / "hiss").iterdir()
    page = with_files((file.name, file.read_bytes()), run="hums", new="sounds")
    with monkeypatch.context() as patch:
        asked = predicting.ask
        patch.setattr(
            predicting, "ask", lambda work, *what: Asked() if work is predicting.measure else asked(work, *what)
        )
        press(page, "Predict 1 clip")
        assert page.header[0].value == "Measuring the clips …"
    page.run()
    assert page.header[0].value == "An answer for 1 clip."


def test_evaluate_leads_here_beside_other_data(store):
    page = opened("views/evaluate/page.py", run="table", section="elsewhere")
    assert "Predict new tracks" in [link.proto.label for link in page.get("page_link")]


def test_sets_hold_the_right_genre_as_often_as_is_chosen(store):
    page = predicted(tracks(40, 2))
    sizes = {}
    for level in ("80", "95"):
        page.selectbox(key="menu level").set_value(level).run()
        assert page.query_params["level"] == level
        assert f"at least {level}\u202f% of new tracks" in texts(page)
        sizes[level] = int(shown(page)["prediction set"].str.count(r"\|").sum())
    assert sizes["80"] < sizes["95"]
    page.selectbox(key="menu level").set_value("90").run()
    assert "level" not in page.query_params


def test_a_table_on_the_server_is_answered_for_where_it_lies_and_stays_there(store, tmp_path, monkeypatch):
    server_files.offered.clear()
    (tmp_path / "deep").mkdir()
    (tmp_path / "secret.csv").write_bytes(b"a,b\n1,2\n")
    (tmp_path / "deep" / "new.csv").write_bytes(tracks(30, 4).to_csv(index=False).encode())
    monkeypatch.setenv("GENRE_LAB_DATA", str(tmp_path / "deep"))
    page = opened(PAGE, run="table")
    box = page.selectbox(key="predict offered")
    assert box.options == ["new.csv"]
    page = press(box.set_value("new.csv").run(), "Take it")
    assert len(shown(press(page, "Predict 30 tracks"))) == 30
    press(page, "Choose other files")
    assert (tmp_path / "deep" / "new.csv").exists()
    with pytest.raises(DataError, match="is not among the server's files"):
        predicting.take_offered("../secret.csv")
    server_files.offered.clear()


def test_a_folder_of_sound_on_the_server_is_offered_without_folders_of_genres(tmp_path, monkeypatch):
    server_files.offered.clear()
    write_hums(tmp_path / "by genre", 1)
    write_hums(tmp_path / "made", 1)
    (tmp_path / "made" / "hiss").rename(tmp_path / "alone")
    monkeypatch.setenv("GENRE_LAB_DATA", str(tmp_path))
    assert "alone/*" in predicting.offered()
    assert "by genre/*" in predicting.offered()
    assert "alone/*" not in server_files.offered()
    brought = predicting.take_offered("alone/*")
    assert (brought.is_sound, brought.is_ours) == (True, False)
    predicting.let_go(brought)
    assert (tmp_path / "alone").exists()
    server_files.offered.clear()
