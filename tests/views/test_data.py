import errno
import re
import subprocess
from pathlib import Path

import pytest

from dashboard.services import datasets, exploring, server_files, tables
from dashboard.views.data import exploration_text, imports, upload
from dashboard.views.data import importing_text as of_import
from dashboard.views.data import text as sentences
from genre_core.errors import DataError
from genre_core.settings.names import configure
from tests.data.make_fma import write_fma
from tests.views.opening import drawn, opened, own_store, panel, press, texts

TRAIN = "views/train/page.py"
DATA = "views/data/page.py"
TABLES = Path(__file__).resolve().parents[1] / "data"
BAD = {
    "bad_empty.csv": "empty",
    "bad_header_alone.csv": "no rows",
    "bad_binary.csv": "bad_binary.csv",
    "bad_pointer.csv": "Git",
}
LIST = """filename,mood,style,tempo,rms
{}
"""


@pytest.fixture
def store(tmp_path):
    with own_store(tmp_path) as own:
        yield own


def added(name: str) -> str:
    return tables.add_table([(name, (TABLES / name).read_bytes())])


def on_table(table: str, **more: str):
    return opened(DATA, data__source="table", data__table=table, **more)


def of_table(table: str, **more: str):
    return configure({"data.source": "table", "data.table": table, **more})


def counted(config, name: str = "") -> str:
    """Return the sentence that a page is to open with."""
    data = datasets.dataset(config.data)
    return sentences.answer(data, name)


def heading(page) -> str:
    return page.header[0].value.replace("\\", "")


def finding(config, kind: str) -> str:
    """Return the one sentence of that kind that the data check is to show."""
    (found,) = [one.sentence for one in datasets.checked(config.data, config.split).findings if one.kind == kind]
    return found


def test_generated_tracks_are_told_with_the_best_possible(store):
    page = opened(DATA)
    assert heading(page) == counted(configure({}))
    assert re.search(r"The best possible classifier is right on 81\.[89]", texts(page))
    assert "nearest genre center" in texts(page)
    assert drawn(opened(DATA, section="check", data__imbalance="3"), "counts")  # beside what the check says of genres


def test_data_without_findings_are_told_what_was_looked_for(store):
    page = opened(DATA, section="check")
    assert "Nothing to worry about. Checked and in order:" in texts(page)
    told = next(caption.value for caption in page.caption if "Copies" in caption.value)
    assert told.count(":material/check:") == 7
    assert "no genre is far more common than another" in told
    uneven = texts(opened(DATA, section="check", data__imbalance="6"))
    assert "Checked and in order:" in uneven
    assert "no genre is far more common" not in uneven
    torn = texts(opened(DATA, section="check", data__segments="2", split__by="row"))
    for page in (uneven, torn):
        assert "Nothing to worry about" not in page


def test_the_data_follow_the_address(store):
    page = opened(DATA, data__n_samples="400", data__n_genres="4")
    assert heading(page) == counted(configure({"data.n_samples": 400, "data.n_genres": 4}))
    assert panel(page)["values"] == {"data.n_samples": 400, "data.n_genres": 4}


def test_the_feature_shown_first_separates_best_and_another_can_be_chosen(store):
    page = opened(DATA, data__n_samples="400", section="features")
    box = next(item for item in page.selectbox if item.label == "Feature")
    found = exploring.separations(configure({"data.n_samples": 400}).data)
    assert box.options == [item.feature for item in found]
    assert exploration_text.feature_sentence(found[0], 20, 1) in texts(page)
    box.set_value(box.options[3]).run()
    assert exploration_text.feature_sentence(found[3], 20, 4) in texts(page)


def test_a_table_says_what_each_column_was_taken_for(store):
    table = added("segments.csv")
    page = on_table(table)
    assert heading(page) == counted(of_table(table), "segments.csv")
    roles = {row["name"]: row["role"] for row in drawn(page, "columns")["rows"]}
    assert roles["label"] == "label"
    assert roles["length"] == "left out"
    assert roles["tempo"] == "feature"
    assert "108 segments of 36 tracks in 3 genres, 36 segments each" in texts(page)
    assert len(page.dataframe[-1].value) == 20


def test_genre_and_group_columns_are_chosen_from_lists(store):
    rows = "\n".join(f"t{n},{'ab'[n % 2]},{'xyz'[n % 3]},{n * 37 % 101},{n * 53 % 97}" for n in range(90))
    table = tables.add_table([("two.csv", LIST.format(rows).encode())])
    page = on_table(table)
    assert [box.options for box in page.pills] == [["mood", "style"]]
    assert {"mood", "style"} <= set(panel(page)["options"]["data.label"])
    assert panel(page)["options"]["data.group"][""] == "found by itself"
    page.query_params["data.label"] = "style"
    page.run()
    assert heading(page) == counted(of_table(table, **{"data.label": "style"}), "two.csv")


def test_of_too_many_genres_the_commonest_are_kept_with_one_click(store):
    rows = "\n".join(f"genre {n // 3 if n < 612 else n % 9},{n * 37 % 101},{n * 53 % 97}" for n in range(700))
    table = tables.add_table([("many.csv", f"genre,tempo,rms\n{rows}\n".encode())])
    page = on_table(table)
    assert "204 genres, more than the 200" in texts(page)
    page = press(page, "Keep the 9 commonest genres")
    assert page.query_params["data.min_tracks"] == "4"
    assert "9 genres" in heading(page)


def test_of_a_table_without_genres_those_in_the_names_of_files_are_offered(store):
    page = on_table(added("bad_no_genre.csv"))
    assert "No column names the genre" in texts(page)
    (choice,) = [box for box in page.pills if box.label.startswith("Which column")]
    choice.set_value("filename: beginning").run()
    assert page.query_params["data.label"] == "filename: beginning"
    assert "genres" in heading(page)


def test_of_a_table_without_features_the_columns_are_shown_and_one_can_be_taken(store):
    rows = "\n".join(f"t{n}.mp3,{n * 37 % 101 / 3},{'xy'[n % 2]}" for n in range(40))
    table = tables.add_table([("places.csv", f"file,offset_s,genre\n{rows}\n".encode())])
    page = on_table(table)
    assert "no numeric feature" in texts(page)
    assert roles(page) == {"file": "identifier", "offset_s": "left out", "genre": "label"}
    assert not page.pills
    assert "1 feature," in heading(on_table(table, data__taken="offset_s"))


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_is_refused_in_one_sentence_and_nothing_is_stored(store, name):
    added("segments.csv")
    with pytest.raises(DataError, match=BAD[name]) as caught:
        added(name)
    assert "\n" not in str(caught.value)
    assert [table.name for table in store.tables()] == ["segments.csv"]


def test_files_given_together_are_joined(store):
    names = ("fma_features.csv", "fma_tracks.csv")
    page = on_table(tables.add_table([(name, (TABLES / name).read_bytes()) for name in names]))
    assert "Joined on track" in texts(page)
    assert "2 genres" in page.header[0].value


def test_the_table_goes_along_to_train(store):
    table = added("segments.csv")
    page = on_table(table)
    assert "Train on this table" in [item.proto.label for item in page.get("page_link")]
    page.switch_page("views/train/page.py").run()
    assert not page.exception
    assert page.query_params["data.table"] == table
    assert not next(button for button in page.button if button.label == "Train").disabled


def test_deleting_a_table_asks_first_and_names_the_runs_that_used_it(store):
    table = added("segments.csv")
    store.submit("r", configure({"data.source": "table", "data.table": table}), "My run")
    page = press(on_table(table), "Delete this table")
    assert "My run" in texts(page)
    assert "cannot be undone" in texts(page)
    press(page, "Keep it")
    assert store.tables()
    press(press(page, "Delete this table"), "Delete")
    assert not store.tables()
    assert heading(page) == sentences.nothing("table", False, False)[0]


def test_a_table_that_is_not_stored_here_is_said(store):
    page = on_table("cd" * 32)
    answer, reason = sentences.nothing("table", True, False)
    assert heading(page) == answer
    assert reason in texts(page)
    problem = panel(page)["problems"]["data.table"]
    assert problem
    assert problem in texts(opened(TRAIN, data__source="table", data__table="cd" * 32))
    assert panel(page)["notes"][0]["text"] == "No table is stored yet. Add one on the right."


def dropped(page, *files: tuple[str, bytes], label: str = "A table with a row"):
    box = next(item for item in page.file_uploader if item.label.startswith(label))
    box.set_value([(name, data, "text/plain") for name, data in files])
    page.run()
    assert not page.exception
    return page


def roles(page) -> dict[str, str]:
    return {row["name"]: row["role"] for row in drawn(page, "columns")["rows"]}


def labels(page) -> list[str]:
    return [button.label for button in page.button]


def segments() -> bytes:
    return (TABLES / "segments.csv").read_bytes()


def lists(*names: str, parts: tuple[str, ...] = ("train", "valid", "test")):
    """Deal the tracks of segments.csv, which have three segments each, to the lists of a published split."""
    tracks = sorted({line.split(",")[0].rsplit(".", 2)[0] for line in segments().decode().splitlines()[1:]})
    dealt = [[track for n, track in enumerate(tracks) if n % 4 in own] for own in ((0, 1), (2,), (3,))]
    return [
        (f"{part}.txt", "\n".join([*own, *(names if part == "test" else ())]).encode())
        for part, own in zip(parts, dealt, strict=True)
    ]


def test_a_dropped_table_is_stored_chosen_and_shown(store):
    page = dropped(opened(DATA, section="features"), ("segments.csv", segments()))
    assert heading(page) == counted(of_table(page.query_params["data.table"]), "segments.csv")
    assert "section" not in page.query_params
    assert roles(page)["filename"] == "identifier"


def test_roles_said_by_the_address_are_marked_and_change_what_there_is(store):
    page = on_table(added("segments.csv"), data__left_out="tempo", data__taken="length")
    assert "4 features" in page.header[0].value
    said = {row["name"]: (row["role"], row["chosen"]) for row in drawn(page, "columns")["rows"]}
    assert said["tempo"] == ("left out", True)
    assert said["length"] == ("feature", True)
    assert said["rms"] == ("feature", False)


def test_a_finding_is_acted_on_and_the_action_taken_back(store):
    table = added("segments.csv")
    page = on_table(table, data__taken="length")
    assert finding(of_table(table, **{"data.taken": "length"}), "says nothing about the sound") in texts(page)
    press(page, "Leave out length")
    assert page.query_params["data.left_out"] == "length"
    assert "data.taken" not in page.query_params
    assert "4 features" in page.header[0].value
    press(page, "Undo: length left out")
    assert not {"data.left_out", "data.taken"} & set(page.query_params)


def test_genres_too_small_to_split_are_left_out_with_one_click(store):
    rows = "\n".join(f"t{n},{'rare' if n < 4 else 'ab'[n % 2]},{n * 37 % 101},{n * 53 % 97}" for n in range(90))
    table = tables.add_table([("small.csv", f"filename,genre,tempo,rms\n{rows}".encode())])
    page = on_table(table)
    assert "rare with 4" in texts(page)
    press(page, "Leave out rare")
    assert page.query_params["data.min_tracks"] == "5"
    assert heading(page) == counted(of_table(table, **{"data.min_tracks": 5}), "small.csv")
    page.button(key="undo 0").click().run()
    assert heading(page) == counted(of_table(table), "small.csv")


def test_a_leaky_split_says_so_and_the_way_out(store):
    table = added("segments.csv")
    page = on_table(table, split__by="row")
    leaky = of_table(table, **{"split.by": "row"})
    assert of_import.leaky_sentence(datasets.checked(leaky.data, leaky.split).split) in texts(page)
    press(page, "Keep them together")
    assert "split.by" not in page.query_params
    assert "Split by whole tracks" in texts(page)


def test_where_values_are_missing_is_a_table_by_column_and_genre(store):
    rows = "\n".join(
        f"t{n},{'ab'[n % 2]},{n * 37 % 101},{'' if n % 2 and n % 4 == 1 else n * 53 % 97}" for n in range(80)
    )
    table = tables.add_table([("gaps.csv", f"filename,genre,tempo,rms\n{rows}".encode())])
    page = on_table(table)
    assert of_import.missing_sentence(datasets.gaps(of_table(table).data), 80) in texts(page)
    found = next(item.value for item in page.dataframe if "all tracks" in item.value)
    assert found.to_dict("records") == [{"column": "rms", "all tracks": 25.0, "a": 0.0, "b": 50.0}]
    press(page, "Drop the 20 rows with gaps")
    assert "60 tracks" in page.header[0].value
    press(page, "Undo: rows with gaps dropped")
    assert "80 tracks" in page.header[0].value


def test_equal_tracks_are_listed(store):
    rows = [f"t{n},{'ab'[n % 2]},{n * 37 % 101},{n * 53 % 97}" for n in range(80)]
    rows += [row.replace("t", "copy", 1) for row in rows[:30]]
    text = "filename,genre,tempo,rms\n" + "\n".join(rows)
    table = tables.add_table([("copies.csv", text.encode())])
    page = on_table(table)
    assert finding(of_table(table), "copies") in texts(page)
    listed = next(item.value for item in page.dataframe if list(item.value.columns)[:2] == ["track", "genre"])
    assert {"t0", "copy0", "t2", "copy2"} <= set(listed["track"])
    press(page, "Keep copies together")
    assert page.query_params["split.copies"] == "true"
    assert "this split keeps them all on one side" in texts(page)
    press(page, "Undo: copies kept together")
    assert "split.copies" not in page.query_params


def test_between_equal_columns_the_genre_is_chosen_on_the_page(store):
    rows = "\n".join(f"t{n},{'ab'[n % 2]},{'xyz'[n % 3]},{n * 37 % 101},{n * 53 % 97}" for n in range(90))
    table = tables.add_table([("two.csv", LIST.format(rows).encode())])
    page = on_table(table)
    page.pills[0].set_value("style").run()
    assert not page.exception
    assert page.query_params["data.label"] == "style"
    assert heading(page) == counted(of_table(table, **{"data.label": "style"}), "two.csv")


def test_a_link_that_makes_a_feature_of_text_is_said_and_judged_anew(store):
    page = on_table(added("segments.csv"), data__taken="filename")
    assert "filename holds text" in texts(page)
    press(page, "Reset all columns")
    assert "data.taken" not in page.query_params
    assert "4 features" in page.header[0].value


def test_a_published_split_is_added_counted_used_and_left_again(store):
    page = dropped(on_table(added("segments.csv")), *lists("nowhere.00001"), label="Text files")
    page = press(page, "Use this split")
    assert not page.error, page.error[0].value
    assert "data.published" in page.query_params
    given = {name: page.query_params[name] for name in ("data.table", "data.published")}
    config = configure({"data.source": "table", "split.by": "published", **given})
    data, checked = datasets.dataset(config.data), datasets.checked(config.data, config.split)
    assert of_import.published_sentence(data) in texts(page)
    assert "nowhere" in of_import.unknown_tracks(data)
    assert of_import.unknown_tracks(data) in texts(page)
    press(page, "Split as published")
    assert page.query_params["split.by"] == "published"
    assert [len(checked.split[part]) for part in ("train", "validation", "test")] == [54, 27, 27]
    assert of_import.split_sentence(checked) in texts(page)
    press(page, "Undo: published split")
    assert not {"data.published", "split.by"} & set(page.query_params)


def test_a_list_whose_name_does_not_say_its_part_is_assigned(store):
    page = dropped(on_table(added("segments.csv")), *lists(parts=("train", "valid", "rest")), label="Text files")
    button = next(button for button in page.button if button.label == "Use this split")
    assert button.disabled
    next(box for box in page.selectbox if box.label == "rest.txt").set_value("test").run()
    press(page, "Use this split")
    assert "data.published" in page.query_params


def test_a_split_of_other_tracks_is_refused_in_one_sentence(store):
    files = [(f"{part}.txt", f"{part}.{n}".encode()) for n, part in enumerate(("train", "valid", "test"))]
    page = press(dropped(on_table(added("segments.csv")), *files, label="Text files"), "Use this split")
    assert "hold none" in page.error[0].value
    assert "data.published" not in page.query_params


def test_lists_without_a_table_say_where_they_belong(store):
    page = dropped(opened(DATA), *lists())
    assert "add the table first" in page.error[0].value


def test_a_split_chosen_for_one_table_is_not_taken_to_another(store):
    page = on_table(added("segments.csv"), data__left_out="tempo", data__min_tracks="9", split__by="row")
    text = "filename,genre,x,y\n" + "\n".join(f"t{n},{'ab'[n % 2]},{n * 37 % 101},{n * 53 % 97}" for n in range(80))
    dropped(page, ("other.csv", text.encode()))
    assert "from other.csv" in page.header[0].value.replace("\\", "")
    assert not {"data.left_out", "data.min_tracks", "split.by"} & set(page.query_params)


def test_artists_are_dealt_in_balanced_parts_when_their_table_is_added_unless_that_is_undone(store):
    rows = [f"t{n},{'ab'[n % 2]},artist {n % 2} {n // 16},{n * 37 % 101},{n * 53 % 97}" for n in range(320)]
    file = ("artists.csv", "\n".join(("title,genre,artist,x,y", *rows)).encode())
    page = dropped(on_table(added("segments.csv")), file)
    assert page.query_params["split.balanced"] == "true"
    assert "Split by whole artists" in texts(page)
    table = page.query_params["data.table"]
    page = press(page, "Undo: parts balanced")
    assert "split.balanced" not in page.query_params
    page = press(choose(open_menu(page), missing="-1"), "Use this reading")
    assert page.query_params["data.table"] != table
    assert "split.balanced" not in page.query_params
    assert tables.begins("table", table) == {"split.balanced": True}
    assert tables.begins("table", added("segments.csv")) == {}
    way = tables.changed(datasets.dataset(of_table(table).data).columns, {"title": "group"}, of_table(table).data)
    assert (way["data.group"], way["split.balanced"]) == ("title", True)


@pytest.fixture(scope="module")
def fma(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fma")
    write_fma(folder, 1200)
    return folder


def test_fma_is_imported_and_its_official_split_is_one_click_away(store, fma, monkeypatch):
    monkeypatch.setattr(upload, "SOON_SECONDS", 0)
    files = [(path.name, path.read_bytes()) for path in sorted(fma.iterdir())]
    page = dropped(opened(DATA), *files)
    assert imports.imported_soon(next(iter(imports.imports())), 60)
    assert "FMA is imported." not in texts(opened(DATA)), "another person is not told"
    page.run()
    assert not imports.imports()
    assert page.query_params["data.source"] == "fma"
    assert "from FMA small." in page.header[0].value
    assert "CC BY 4.0" in texts(page)
    page.query_params["data.subset"] = "full"
    page.query_params["data.features"] = "mfcc"
    page.query_params["data.statistics"] = "mean"
    page.run()
    assert "from all of FMA." in page.header[0].value
    press(page, "Split as published")
    assert page.query_params["split.by"] == "published"
    page.switch_page("views/train/page.py").run()
    assert not page.exception
    assert not next(button for button in page.button if button.label == "Train").disabled


def test_without_a_choice_stored_tables_are_offered(store):
    table = added("segments.csv")
    page = opened(DATA, data__source="table")
    assert heading(page) == sentences.nothing("table", False, True)[0]
    page.pills[0].set_value(table).run()
    assert not page.exception
    assert page.query_params["data.table"] == table


def test_elsewhere_a_stored_table_says_that_there_is_something_to_know(store):
    table = added("segments.csv")
    config = configure({"data.source": "table", "data.table": table, "data.taken": "length"})
    datasets.checked(config.data, config.split)
    page = on_table(table, data__taken="length", section="features")
    way = next(button for button in page.button if button.label.startswith("Before you trust a score: "))
    way.click().run()
    assert "section" not in page.query_params


def test_without_an_import_the_page_says_how_to_get_one(store):
    page = opened(DATA, data__source="fma")
    assert heading(page) == sentences.nothing("import of FMA", False, False)[0]
    assert panel(page)["notes"][0]["text"] == "FMA is not imported yet. Import it on the right."


def test_the_server_offers_what_lies_below_its_folder_and_nothing_else(store, fma, tmp_path, monkeypatch):
    root, outside = tmp_path / "offered", tmp_path / "secret.csv"
    (root / "deep").mkdir(parents=True)
    outside.write_bytes(segments())
    (root / "deep" / "segments.csv").write_bytes(segments())
    (root / "link.csv").symlink_to(outside)
    (root / "loop.csv").symlink_to("loop.csv")
    (root / "fma").symlink_to(fma)
    assert server_files.offered() == []
    server_files.offered.clear()
    monkeypatch.setenv("GENRE_LAB_DATA", str(root))
    assert server_files.offered() == ["deep/segments.csv"]
    for name in ("../secret.csv", "link.csv", "loop.csv", str(outside), "fma/", "nothing.csv"):
        with pytest.raises(DataError):
            imports.import_offered(name)
    page = opened(DATA)
    next(box for box in page.selectbox if box.label == "Or from this server").set_value("deep/segments.csv").run()
    press(page, "Import")
    assert "from segments.csv" in page.header[0].value.replace("\\", "")
    server_files.offered.clear()


def test_an_import_on_the_server_is_shown_by_every_page_until_it_is_put_away(store, tmp_path, monkeypatch):
    server_files.offered.clear()
    monkeypatch.setenv("GENRE_LAB_DATA", str(tmp_path))
    write_fma(tmp_path / "fma", 400)
    assert "fma/" in server_files.offered()
    assert imports.import_offered("fma/") == ""
    key = next(iter(imports.imports()))
    assert imports.imported_soon(key, 60)
    page = opened(DATA)
    assert "fma is imported." in texts(page)
    press(page, "Show it")
    assert "from FMA small." in page.header[0].value
    assert not imports.imports()
    server_files.offered.clear()


def test_an_import_that_another_session_put_away_is_no_error(store):
    assert imports.imported_soon("was put away", 30) == ""


def test_a_server_without_room_says_so(store, fma, monkeypatch):
    files = [(path.name, path.read_bytes()) for path in sorted(fma.iterdir())]
    assert imports.is_fma(files)
    folders = []

    def full(path, data):
        folders.append(path.parent)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert imports.is_fma(files), "what files are is seen without writing them"
    page = dropped(opened(DATA), *files)
    assert "No space left on device" in page.error[0].value
    assert folders
    assert not any(folder.exists() for folder in folders)
    assert not imports.imports()


@pytest.mark.parametrize("name", ["tracks.csv", "features.csv"])
def test_files_that_only_carry_fmas_names_are_not_taken_for_it(fma, name):
    files = {path.name: path.read_bytes() for path in fma.iterdir()}
    assert not imports.is_fma(list((files | {name: b"a,b\n1,2\n"}).items()))
    assert not imports.is_fma([(name, files[name])])


def test_fma_is_too_large_to_upload_and_has_another_way(store):
    assert of_import.all_of_fma(200) in texts(opened(DATA))


def test_an_import_whose_process_is_killed_says_so_and_the_pages_go_on(store, fma, monkeypatch):
    started = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **more: _killed(started(*args, **more)))
    server_files.offered.clear()
    monkeypatch.setenv("GENRE_LAB_DATA", str(fma.parent))
    imports.import_offered(f"{fma.name}/")
    imports.imported_soon(next(iter(imports.imports())), 60)
    page, (failed,) = opened(DATA), imports.imports().values()
    assert "was killed" in failed.problem
    assert of_import.import_sentence(failed) in texts(page)
    press(page, "Dismiss")
    server_files.offered.clear()


def _killed(process):
    process.kill()
    return process


def test_an_import_that_fails_says_why(store, tmp_path, monkeypatch):
    server_files.offered.clear()
    folder = tmp_path / "fma"
    folder.mkdir()
    for name in ("tracks.csv", "features.csv"):
        (folder / name).write_text("a,b\n1,2\n")
    monkeypatch.setenv("GENRE_LAB_DATA", str(tmp_path))
    imports.import_offered("fma/")
    imports.imported_soon(next(iter(imports.imports())), 60)
    page, (failed,) = opened(DATA), imports.imports().values()
    assert "track_id" in failed.problem
    assert of_import.import_sentence(failed) in texts(page)
    press(page, "Dismiss")
    assert not imports.imports()
    server_files.offered.clear()


def test_the_limit_of_artists_that_are_heard_again_is_not_claimed(store):
    page = opened(DATA, data__artists="5", data__n_samples="800")
    assert heading(page) == counted(configure({"data.artists": 5, "data.n_samples": 800}))
    assert "unknown artists" in texts(page)


MENU = "read otherwise"
AMBIGUOUS = "\n".join(
    ["genre;a;b", *(f"{('x', 'y')[i // 2 % 2]};1.{412 + 7 * i};{i % 7 - 1}" for i in range(40))]
).encode()


def open_menu(page):
    page.session_state[MENU] = True
    page.run()
    assert not page.exception
    return page


def choose(page, **said):
    """Say how a file is to be read."""
    for name, value in said.items():
        page.session_state[f"{MENU} {name}"] = value
    page.run()
    assert not page.exception
    return page


def preview_rows(page):
    return page.dataframe[0].value


def test_a_table_is_read_otherwise_with_a_preview_of_what_comes_of_it(store):
    page = dropped(on_table(""), ("a.csv", AMBIGUOUS))
    (before,) = tables.tables()["table"]
    assert "Numbers such as 1,234 can mean a thousand or one and decimals" in texts(page)
    page = open_menu(page)
    assert preview_rows(page).a.isna().all()
    page = choose(page, decimal=".")
    assert preview_rows(page).a.tolist()[:2] == [1.412, 1.419]
    page = choose(page, decimal=None, thousands=".", missing="-1")
    assert preview_rows(page).a.tolist()[:2] == [1412, 1419]
    assert preview_rows(page).b.isna().tolist()[:2] == [True, False]
    assert "40 rows of 2 genres, 2 features." in texts(page)
    page = press(page, "Use this reading")
    after, _ = tables.tables()["table"]
    assert page.query_params["data.table"] == after[0] != before[0]
    assert datasets.dataset(of_table(after[0]).data).X[:2, 0].tolist() == [1412, 1419]
    assert "Read as you chose: commas before decimals; points between thousands; “-1” as missing." in texts(page)


def test_what_cannot_be_read_so_is_said_in_the_preview(store):
    page = open_menu(dropped(on_table(""), ("a.csv", AMBIGUOUS)))
    assert "cannot stand before decimals and between thousands" in texts(choose(page, decimal=",", thousands=","))
    assert "none is the header's 900" in texts(choose(page, decimal=None, thousands=None, header=900))
    assert "1 feature" in texts(choose(page, header=0, separator=";", encoding="utf-8"))
    assert "column 2" in preview_rows(page)


def test_a_file_that_was_refused_is_read_otherwise(store):
    rows = "\n".join(f"{i % 5 / 7:.3f};{i % 3 / 9:.3f};{('x', 'y')[i // 2 % 2]}" for i in range(30))
    page = dropped(on_table(""), ("a.csv", rows.encode()))
    assert "has numbers in its first row" in page.error[0].value
    beside = dropped(on_table(added("segments.csv")), ("a.csv", rows.encode()))
    assert beside.error
    assert not open_menu(beside).exception, "the table in sight and the file that was refused have one menu"
    page = press(choose(open_menu(page), header=0), "Use this reading")
    assert not page.error
    assert roles(page) == {"column 1": "feature", "column 2": "feature", "column 3": "label"}


def test_a_table_of_another_day_is_read_otherwise_once_its_file_is_chosen_again(store):
    page = open_menu(on_table(added("segments.csv")))
    page = dropped(page, ("segments.csv", segments()), label="Choose its files again")
    page = press(choose(page, missing="blues.00000.0.wav"), "Use this reading")
    assert "“blues.00000.0.wav” as missing." in texts(page)


def test_columns_that_each_mark_a_genre_are_chosen_together_on_the_page(store):
    marks = ["1,0,0", "0,1,0", "0,0,1"]
    rows = (f"t{i}.mp3,{i % 7 / 3},{i % 11 / 4},{marks[i % 3]}" for i in range(60))
    page = dropped(on_table(""), ("a.csv", "\n".join(["file,a,b,rock,jazz,folk", *rows]).encode()))
    assert "rock, jazz, folk are 0 or 1" in texts(page)
    page.pills[0].set_value("rock,jazz,folk").run()
    assert not page.exception
    assert page.query_params["data.label"] == "rock,jazz,folk"
    assert roles(page) == {
        "file": "identifier", "a": "feature", "b": "feature", "rock": "label", "jazz": "label", "folk": "label",
    }  # fmt: skip


def test_rows_that_were_lost_are_a_finding_said_once_and_kept_by_one_click(store):
    rows = [f"{'xy'[i // 2 % 2]},{i % 7 / 3},{i % 11}" for i in range(60)]
    page = dropped(on_table(""), ("a.csv", "\n".join(["genre,a,b", ",1,2", *rows, "x,1"]).encode()))
    found = [one.value for one in page.markdown if "1 row has no genre, the first is row 1." in one.value]
    assert len(found) == 1
    page = press(page, "Keep them as a genre of their own")
    assert page.query_params["data.unlabeled"] == "keep"
    before = page.query_params["data.table"]
    page = press(page, "Read these rows too")
    assert page.query_params["data.table"] != before
    assert "Read as you chose: rows that do not fit kept." in texts(page)
    assert page.query_params["data.unlabeled"] == "keep"


def test_rows_of_a_table_of_another_day_are_asked_for_with_its_file(store):
    rows = "\n".join(["genre,a,b", *(f"{'xy'[i // 2 % 2]},{i % 7 / 3},{i % 11}" for i in range(60)), "x,1"]).encode()
    tables.add_table([("a.csv", rows)])
    ((table, *_), *_) = tables.tables()["table"]
    page = press(on_table(table), "Read these rows too")
    page = dropped(page, ("a.csv", rows), label="Choose its files again")
    page = press(page, "Use this reading")
    assert "Read as you chose: rows that do not fit kept." in texts(page)


def test_of_a_wide_table_the_first_columns_are_shown(store):
    names = [f"f{i}" for i in range(210)]
    rows = (",".join(["xy"[i // 2 % 2], *(f"{(i * 7 + j * 3) % 11 / 4}" for j in range(210))]) for i in range(30))
    page = dropped(on_table(""), ("wide.csv", "\n".join([",".join(["genre", *names]), *rows]).encode()))
    assert "First rows** :gray[of 30, the first 200 of 211 columns]" in texts(page)
    assert list(page.dataframe[0].value) == ["genre", *names[:199]]


def test_the_first_rows_show_features_as_they_are_read(store):
    genres = ("007", "rock")
    rows = [f"{n}.wav;1.{500 + 37 * n % 11};0,{1128 + 53 * n % 97};{genres[n % 2]}" for n in range(40)]
    lines = "\n".join(rows)
    page = on_table(tables.add_table([("german.csv", f"filename;tempo;zcr;genre\n{lines}\n".encode())]))
    shown = next(one.value for one in page.dataframe if "zcr" in one.value)
    assert (shown["tempo"].tolist()[:2], shown["genre"].tolist()[:2]) == ([1500, 1504], ["007", "rock"])
