"""The table of faults in the README: each line is shown by a test, or by the program that tries faults for real."""

# ruff: noqa: E501 (one line each)

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TRIED = "benchmarks/faults.py"
"""Processes are killed and stopped, disks filled and servers ended, which takes minutes: no test of every day."""

SHOWN_BY = {
    "its worker is killed or runs out of memory": "test_cluster.py::test_a_run_whose_worker_is_killed_goes_on_by_itself_and_says_so",
    "its worker is killed before the first checkpoint": "test_jobs.py::test_without_a_checkpoint_it_begins_again_and_none_is_written_in_a_short_run",
    "its worker is killed a fourth time": "test_store.py::test_a_run_goes_on_from_its_checkpoint_at_most_three_times",
    "its worker is frozen or cut off for more than five seconds": f"{TRIED}::a_worker_is_stopped_for_20_seconds",
    "its worker is told to leave": "test_cluster.py::test_a_worker_that_is_retired_gives_its_run_to_another_and_can_be_replaced",
    "all workers are killed at once": f"{TRIED}::every_worker_is_killed",
    "the process that local workers are forked from is killed": f"{TRIED}::the_process_that_workers_are_forked_from_is_killed",
    "the scheduler or the local cluster is killed": f"{TRIED}::the_scheduler_is_killed",
    "the dashboard is killed": f"{TRIED}::a_dashboard_is_killed",
    "two dashboards or a page and a worker notice the same loss": f"{TRIED}::two_processes_recover_at_once",
    "two workers finish a study at the same moment": f"{TRIED}::two_workers_finish_a_study_at_once",
    "the clock of the machine is set": f"{TRIED}::the_clock_jumps",
    "clocks of machines differ": "test_store.py::test_a_clock_that_jumps_neither_kills_the_living_nor_saves_the_dead",
    "a worker has another version": f"{TRIED}::a_worker_lacks_a_module",
    "a study was asked for by another version": "test_dealing.py::test_what_another_version_asked_for_ends_with_a_sentence",
    "a run was made by another version": "views/test_train.py::test_a_run_of_another_version_is_said_and_the_page_works",
    "scheduler or workers have other versions": "test_cluster.py::test_other_versions_are_named",
    "the scheduler is not there": "test_cluster.py::test_a_scheduler_that_is_not_there_is_reported",
    "the scheduler is on another machine": "test_cluster.py::test_a_file_is_no_store_for_other_machines",
    "the run is deleted while it trains": "test_jobs.py::test_a_deleted_run_stops_and_leaves_nothing",
    "Train is pressed twice": "test_jobs.py::test_a_message_that_comes_twice_trains_once",
    "a message of an earlier attempt": f"{TRIED}::a_message_of_an_earlier_attempt",
    "a worker of a study is killed or frozen": f"{TRIED}::a_worker_is_killed_in_a_stack_of_repetitions",
    "a worker of a search is killed": f"{TRIED}::a_worker_is_killed_in_a_search",
    "three workers die at the same piece": "test_dealing.py::test_a_piece_at_which_three_workers_died_ends_the_study_with_a_sentence",
    "a worker that measures clips is killed": "test_clips_studies.py::test_clips_whose_worker_dies_are_measured_by_another_up_to_three_times",
    "the loss is no longer a number": "test_jobs.py::test_a_run_that_diverges_later_keeps_its_best_weights",
    "a fifth study": "test_jobs.py::test_a_person_has_a_few_studies_under_way_and_brief_ones_do_not_count",
    "Ctrl-C": "test_main.py::test_ctrl_c_keeps_the_best_weights_so_far",
    "PostgreSQL is killed": f"{TRIED}::postgresql_is_killed_and_started_again",
    "PostgreSQL does not answer for 20 seconds": f"{TRIED}::the_network_to_postgresql_is_cut_for_20_seconds",
    "the store does not answer a page": "test_bad_input.py::test_a_store_that_fails_for_a_moment_is_one_sentence_until_it_is_back",
    "the disk of the store is full": f"{TRIED}::the_disk_of_the_store_is_full",
    "the disk of the store is full when Train is pressed": "test_bad_input.py::test_a_full_disk_is_said_and_loses_nothing",
    "the disk of `GENRE_LAB_FILES` is full": f"{TRIED}::the_disk_of_the_measured_clips_is_full",
    "the store may only be read": "test_bad_input.py::test_a_read_only_store_shows_what_it_holds_and_says_why_nothing_is_started",
    "the store cannot be opened": "test_bad_input.py::test_a_store_that_cannot_be_opened_is_one_sentence_on_every_page",
    "the store is of a newer version": "test_store_versions.py::test_a_newer_store_is_left_as_it_is",
    "the store is of an earlier version": "test_store_versions.py::test_an_older_store_is_copied_and_then_has_the_tables_of_a_new_one",
    "a file of measurements is damaged": "test_clips.py::test_a_damaged_or_missing_shard_is_a_sentence",
    "a clip was deleted after its import": "test_clips.py::test_a_clip_that_is_gone_is_left_out_with_its_sentence",
    "a clip holds another sound": "test_clips.py::test_a_file_that_holds_another_sound_now_is_not_measured_as_the_old_one",
    "the process of an import is killed": "views/test_data.py::test_an_import_whose_process_is_killed_says_so_and_the_pages_go_on",
    "the server has no room for an import": "views/test_data.py::test_a_server_without_room_says_so",
    "the tagger cannot be fetched": "views/test_data_clips.py::test_a_tagger_that_cannot_be_fetched_is_a_sentence",
    "the disk of a worker is full": "test_asking.py::test_a_worker_says_what_failed_in_the_work_itself",
    "own paragraphs cannot be saved": "views/test_take_home.py::test_what_cannot_be_saved_is_not_lost",
    "the file is empty": "test_bad_input.py::test_a_table_that_is_none_is_refused_with_the_same_sentence",
    "no column names the genre": "test_bad_input.py::test_a_table_that_is_none_is_refused_with_the_same_sentence",
    "two columns could": "test_table.py::test_between_two_equally_good_columns_nothing_is_guessed",
    "the table has one genre": "test_bad_input.py::test_a_table_that_is_none_is_refused_with_the_same_sentence",
    "a genre of two tracks": "test_bad_input.py::test_a_genre_of_two_tracks_is_named_before_anything_is_trained",
    "no column measures anything": "test_bad_input.py::test_a_table_without_features_says_so",
    "a column of text": "test_bad_input.py::test_a_table_with_flaws_is_used_and_each_flaw_is_said",
    "missing or infinite values": "test_table.py::test_infinities_count_as_missing_and_rows_without_any_feature_are_left_out",
    "rows with more or fewer values": "test_tables_as_found.py::test_a_table_is_taken_for_what_it_is",
    "the file is larger than 200 MB": "test_bad_input.py::test_a_file_that_is_too_large_is_refused_before_it_is_read",
    "a column gives the genre away": "test_tables_as_found.py::test_a_table_is_taken_for_what_it_is",
    "a sound is empty": "test_clips_reading.py::test_one_sentence_for_each_bad_file",
    "a sound is shorter than half a second": "test_clips_reading.py::test_what_is_too_short_is_refused",
    "a sound lasts seven hours": "test_clips_reading.py::test_seven_hours_are_refused_unread",
    "the name of an upload leads to another folder": "views/test_data_clips.py::test_names_of_uploads_lead_nowhere_else",
    "a setting in a link or command is out of bounds": "test_bad_input.py::test_a_setting_out_of_bounds_is_named",
    "a network that listens is to train on a table": "test_bad_input.py::test_a_network_that_listens_refuses_a_table_and_leaves_nothing_behind",
    "a link names a run that is not there": "views/test_train.py::test_an_unknown_run_in_the_link_is_said_and_the_page_works",
    "a link carries markup": "views/test_address.py::test_a_link_cannot_put_markup_on_the_page",
    "a report or a script is asked for of a run": "test_handed_in.py::test_the_terminal_writes_a_report_or_says_why_not",
    "a report is asked for of a run whose data": "test_handed_in.py::test_segments_are_judged_by_track_and_a_report_without_its_data_says_so",
    "a run's name has slashes, quotes or markup": "views/test_take_home.py::test_each_thing_is_named_by_what_it_holds",
    "an archive of runs was changed": "test_collection.py::test_what_was_changed_is_refused_in_a_sentence_and_nothing_is_imported",
    "an archive holds a run that is here": "test_collection.py::test_what_is_here_stays_and_another_run_of_its_identifier_is_refused",
    "an archive comes without the data": "test_collection.py::test_the_hash_alone_is_enough_where_the_data_are_here_and_elsewhere_the_run_waits_for_them",
}  # fmt: skip
"""Tests that show each line, by the words with which it begins."""


def lines() -> list[str]:
    """Return the first cells of the table in the README."""
    section = (TESTS.parent / "README.md").read_text().split("### What happens when something fails\n")[1]
    return re.findall(r"^\| (.+?) \| .+ \|$(?!\n\|---)", section.split("\n## ")[0], re.MULTILINE)


def test_every_line_of_the_table_is_shown_and_there_are_many():
    found = lines()
    assert len(found) == len(set(found)) == len(SHOWN_BY) >= 40
    for line, begins in zip(found, SHOWN_BY, strict=True):
        assert line.startswith(begins)


@pytest.mark.parametrize("shown", sorted(set(SHOWN_BY.values())))
def test_what_shows_it_exists(shown: str):
    file, name = shown.split("::")
    assert re.search(rf"^def {name}\(", (TESTS / file).read_text(), re.MULTILINE)
