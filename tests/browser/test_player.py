"""The player in Chromium: sound that moves on, pictures that are drawn, keys, and clips that are gone."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from genre_core.data.clips.sounds import Location
from genre_core.store.runs import RunStore
from tests.browser.conftest import WINDOWS, assert_accessible, clear, is_rerun, settle, turn_to, window, without_errors

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

APP = Path(__file__).with_name("player_app.py")
RATE = 22_050
TONES = (300, 600, 1200, 2400, 4800)
FORMATS = {"tone 1.wav": "wav", "tone 2.ogg": "ogg", "tone 3.mp3": "mp3", "tone 4.flac": "flac"}
COLOURS = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}"""
STRONGEST = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, Math.round(0.85 * canvas.height), canvas.width, 1);
  return data.filter((_, at) => at % 4 < 3).reduce((a, b) => a + b) / (3 * canvas.width);
}"""
"""Mean brightness at 500 Hz."""
AUDIO = """() => [...window.genreLabSound.players].map(({ audio }) =>
  audio ? [!audio.paused && !audio.ended, audio.currentTime, audio.volume] : null)"""


@pytest.fixture(scope="module")
def gallery(serve, tmp_path_factory):
    """Serve players over tones: each rises and falls, so that its picture has all colors."""
    folder, listed = tmp_path_factory.mktemp("clips"), {}

    def write(name, hertz, seconds, **how):
        at = np.arange(round(seconds * RATE)) / RATE
        samples = 0.4 * np.sin(2 * np.pi * hertz * at) * (0.55 + 0.45 * np.sin(4 * np.pi * at))
        soundfile.write(folder / name, samples + 0.01 * np.random.default_rng(0).normal(size=len(at)), RATE, **how)
        clip = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        genre = ("Rock", "Jazz", "Pop")[len(listed) % 3]
        gain = 0.5 if name == "tone 0.wav" else 1.0
        listed[name] = {"clip": clip, "path": str(folder / name), "genre": genre, "seconds": seconds, "gain": gain}

    for name, hertz in zip(["tone 0.wav", *FORMATS], TONES, strict=True):
        write(name, hertz, 2.0 if name == "tone 1.wav" else 20.0)
    write("long.wav", 500, 8.0)
    write("float.wav", 700, 3.0, subtype="FLOAT")
    listed["gone.wav"] = {"clip": "0" * 64, "path": str(folder / "gone.wav"), "genre": "Rock", "seconds": 3, "gain": 1}
    (folder / "clips.json").write_text(json.dumps(listed))
    store = RunStore(f"sqlite:///{folder / 'store.sqlite'}")
    store.clips.put({one["clip"]: Location(one["path"]) for one in listed.values()})
    store.close()
    return serve(APP, PLAYER_CLIPS=str(folder / "clips.json"), GENRE_LAB_STORE=store.url)


@pytest.fixture
def page(kept, request):
    """Give a tab in which the players are loaded already; an error in its console fails the test."""
    kind = window(request)
    tab = kept(kind, anew=is_rerun(request))
    with without_errors(tab):
        yield tab
    tab.mouse.move(0, 0)
    tab.emulate_media(color_scheme=WINDOWS[kind]["color_scheme"])


@pytest.fixture(scope="module")
def kept(tabs):
    """Give `kept(kind)`, a tab that stays on its page from test to test: to load all anew costs more than they do."""
    used = set()

    def tab(kind, *, anew):
        used.add(kind)
        return tabs(kind, kind, anew=anew)

    yield tab
    for kind in used:
        clear(tab(kind, anew=False), kind)


def show(page, gallery, part):
    """Show players that nobody has touched yet."""
    if page.url.startswith(gallery):
        turn_to(page, "/?part=none")
        page.get_by_text("no player").wait_for()
        turn_to(page, f"/?part={part}")
    else:
        page.goto(f"{gallery}/?part={part}")
    settle(page)


def player(page, number=0):
    found = page.locator(".player").nth(number)
    found.wait_for()
    return found


def rows(page):
    return page.locator("button.row")


def plays(page, name):
    """Wait until a clip is heard: its time moves on."""
    page.get_by_role("button", name=f"Pause {name}").wait_for()
    page.wait_for_function("() => [...window.genreLabSound.players].some(({ audio }) => audio?.currentTime > 0)")


def times(page):
    return page.evaluate(AUDIO)


def has_picture(page, canvas, least=40):
    """Wait until a canvas is drawn in many colors; to count them for each frame would keep the page from drawing."""
    handle = canvas.element_handle()
    page.wait_for_function(f"canvas => canvas.width > 1 && ({COLOURS})(canvas) > {least}", arg=handle, polling=100)


def test_a_press_plays_and_the_cursor_moves_with_the_sound(page, gallery):
    show(page, gallery, "many")
    has_picture(page, player(page).locator(".area canvas"))
    before = player(page).bounding_box()
    page.get_by_role("button", name="Play", exact=True).click()
    plays(page, "tone 0.wav")
    cursor = player(page).locator(".cursor")
    first = cursor.bounding_box()["x"]
    page.wait_for_function("() => [...window.genreLabSound.players][0].audio.currentTime > 0.4")
    assert cursor.bounding_box()["x"] > first
    assert player(page).bounding_box() == before
    page.get_by_role("button", name="Pause", exact=True).click()
    [[playing, at, _]] = times(page)
    assert not playing
    area = player(page).locator(".area").bounding_box()
    share = (cursor.bounding_box()["x"] + 1 - area["x"]) / area["width"]
    assert share == pytest.approx(at / 20, abs=0.004)


def test_a_chart_of_that_name_is_told_where_the_sound_is(page, gallery):
    show(page, gallery, "followed")
    area = player(page).locator(".area").bounding_box()
    page.evaluate("() => { window.genreLabParts = new Map([['seconds', ({ at }) => { window.soundAt = at; }]]); }")
    for share in (0.25, 0.75):
        page.mouse.click(area["x"] + area["width"] * share, area["y"] + 10)
        assert page.evaluate("() => window.soundAt") == pytest.approx(8 * share, abs=0.1)
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => window.soundAt > 6.5")


def test_sounds_that_are_heard_together_go_on_at_the_same_moment_over_one_map(page, gallery):
    show(page, gallery, "together")
    has_picture(page, player(page).locator(".area canvas.map"))
    area = player(page).locator(".area").bounding_box()
    page.mouse.click(area["x"] + area["width"] / 2, area["y"] + area["height"] - 5)  # on the map
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => [...window.genreLabSound.players][0].audio.currentTime > 4.2")
    rows(page).nth(1).click()
    page.wait_for_function("() => [...window.genreLabSound.players][0].number === 1")
    [[playing, at, _]] = times(page)
    assert playing
    assert at > 4.2
    assert player(page).get_by_role("img", name="attention: highest at 7.5 s.").is_visible()
    assert "What speaks for Rock is in the middle." in player(page).locator("#sentence").inner_text()


def test_each_row_gets_its_small_picture_once_it_is_in_view_and_each_format_is_heard(page, gallery):
    show(page, gallery, "many")
    for number in range(4):
        has_picture(page, rows(page).nth(number).locator("canvas"))
    for name in [*FORMATS, "float.wav"]:
        rows(page).filter(has_text=name).click()
        plays(page, name)


def test_all_is_done_by_keys(page, gallery):
    show(page, gallery, "many")
    area = page.get_by_role("slider", name="Position in tone 0.wav")
    area.focus()
    page.keyboard.press("Space")
    plays(page, "tone 0.wav")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Play tone 0.wav").wait_for()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(area).to_have_attribute("aria-valuenow", "3.0")
    page.keyboard.press("Shift+ArrowLeft")
    expect(area).to_have_attribute("aria-valuetext", "2.0 of 20.0 seconds")
    page.keyboard.press("End")
    expect(area).to_have_attribute("aria-valuenow", "20.0")
    page.keyboard.press("j")  # while nobody listens, the next clip waits
    expect(page.get_by_role("slider", name="Position in tone 1.wav")).to_be_focused()
    assert all(audio is None for audio in times(page))
    page.keyboard.press("k")
    page.keyboard.press("Space")
    plays(page, "tone 0.wav")
    page.keyboard.press("ArrowDown")  # while one listens, it plays
    plays(page, "tone 1.wav")


def test_the_list_has_one_tab_stop_and_arrows_move_it(page, gallery):
    show(page, gallery, "many")
    rows(page).first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(rows(page).nth(2)).to_be_focused()
    expect(page.locator('button.row[tabindex="0"]')).to_have_count(1)
    page.keyboard.press("Enter")
    plays(page, "tone 2.ogg")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Play tone 2.ogg").wait_for()
    expect(rows(page).nth(2)).to_have_attribute("aria-current", "true")


def test_next_and_previous_stay_in_the_list(page, gallery):
    show(page, gallery, "many")
    expect(page.get_by_role("button", name="Previous clip")).to_be_disabled()
    page.get_by_role("button", name="Play", exact=True).click()
    plays(page, "tone 0.wav")
    page.get_by_role("button", name="Next clip").click()
    plays(page, "tone 1.wav")
    expect(page.get_by_role("status").filter(has_text="tone 1.wav")).to_have_text(
        "tone 1.wav, Jazz, taken for Jazz, 81\u202f%"
    )
    page.get_by_role("button", name="Play tone 1.wav").wait_for()  # it ends by itself
    page.get_by_role("button", name="Next clip").click()
    plays(page, "tone 2.ogg")
    page.get_by_role("button", name="Previous clip").click()
    plays(page, "tone 1.wav")


def test_a_click_and_a_drag_on_the_picture_seek(page, gallery):
    show(page, gallery, "many")
    area = player(page).locator(".area")
    box = area.bounding_box()
    area.click(position={"x": box["width"] * 0.5, "y": 40})
    expect(area).to_have_attribute("aria-valuenow", "10.0")
    page.keyboard.press("Space")
    plays(page, "tone 0.wav")
    [[_, at, _]] = times(page)
    assert 10 <= at < 13
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 30, steps=4)
    [[_, at, _]] = times(page)
    page.mouse.up()
    assert 16 <= at < 19


def test_a_window_is_bounded_and_heard_alone(page, gallery):
    show(page, gallery, "one")
    area = player(page).locator(".area").bounding_box()
    before, after = (player(page).locator(f".veil.{side}").bounding_box() for side in ("before", "after"))
    assert before["width"] == pytest.approx(area["width"] / 4, abs=1.5)
    assert after["width"] == pytest.approx(area["width"] / 2, abs=1.5)
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuenow", "2.0")
    page.get_by_role("button", name="Play", exact=True).click()
    page.get_by_role("button", name="Pause", exact=True).wait_for()
    page.get_by_role("button", name="Play", exact=True).wait_for()
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuenow", "4.0")
    page.get_by_role("button", name="Play", exact=True).click()  # once more from its start
    page.wait_for_function(f"() => {{ const [[plays, at]] = ({AUDIO})(); return plays && at < 3.5; }}")
    said = page.get_by_role("img", name="The network says: 0.0 to 2.0 s Jazz 60\u202f%; 2.0 to 4.0 s Jazz 45\u202f%; ")
    expect(said.locator("div")).to_have_count(3)
    described = page.locator("#sentence")
    expect(described).to_contain_text("8.0 s of sound, loudness")
    expect(page.get_by_role("list")).to_have_count(0)


def test_one_plays_at_a_time_over_the_whole_page(page, gallery):
    show(page, gallery, "two")
    toggles = page.locator(".toggle")
    toggles.nth(0).click()
    page.get_by_role("button", name="Pause tone 0.wav").first.wait_for()
    toggles.nth(1).click()
    page.wait_for_function("() => window.genreLabSound.playing?.data.clips.length === 1")
    page.wait_for_function(f"() => ({AUDIO})().filter((one) => one?.[0]).length === 1")
    expect(toggles.nth(0)).to_have_attribute("aria-label", "Play")
    expect(toggles.nth(1)).to_have_attribute("aria-label", "Pause")


def test_clips_are_equally_loud_unless_one_wants_them_as_recorded_and_a_link_opens_a_track(page, gallery):
    show(page, gallery, "many")
    page.get_by_role("button", name="Play", exact=True).click()
    plays(page, "tone 0.wav")
    assert times(page)[0][2] == 0.5
    page.get_by_role("switch", name="as recorded").click()
    assert times(page)[0][2] == 1
    page.get_by_role("switch", name="as recorded").click()
    assert times(page)[0][2] == 0.5
    expect(page.get_by_role("link", name="Open tone 2.ogg")).to_have_attribute("href", "track?track=tone 2.ogg")


def test_other_clips_begin_anew_and_the_same_goes_on(page, gallery):
    show(page, gallery, "changing")
    rows(page).nth(2).click()
    plays(page, "tone 2.ogg")
    field = page.get_by_label("First")
    field.fill("2")
    field.press("Enter")
    expect(rows(page).nth(0)).to_have_attribute("aria-label", "Pause tone 2.ogg, Pop")
    field.fill("4")
    field.press("Enter")
    expect(rows(page).nth(0)).to_have_attribute("aria-label", "Play tone 4.flac, Jazz")
    assert not any(audio and audio[0] for audio in times(page))


def test_a_long_list_says_that_it_is_cut(page, gallery):
    page.evaluate("() => performance.clearResourceTimings()")
    show(page, gallery, "capped")
    page.get_by_text("The first 200 of 250 clips are listed.").wait_for()
    expect(rows(page)).to_have_count(200)
    rows(page).first.focus()
    page.keyboard.press("ArrowDown")
    asked = "() => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/mel')).length"
    assert page.evaluate(asked) < 40


def test_without_clips_there_is_no_player(page, gallery):
    show(page, gallery, "none")
    page.get_by_text("no player").wait_for()
    expect(page.locator(".player")).to_have_count(0)


def test_a_clip_whose_file_is_gone_says_so_and_the_next_one_plays(fresh, gallery):
    page = fresh()
    show(page, gallery, "gone")
    said = "gone.wav is no longer there: put it back, or import its folder again."
    expect(player(page).locator(".problem")).to_have_text(said)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_disabled()
    expect(rows(page).first).to_have_attribute("aria-disabled", "true")
    expect(rows(page).first).to_have_attribute("aria-label", f"Play gone.wav, Rock, {said}")
    expect(rows(page).first).to_contain_text(said)
    expect(rows(page).nth(1).locator(".length")).to_be_visible()
    rows(page).first.click(force=True)
    assert times(page) == [None]
    assert_accessible(page, "[data-testid=stBidiComponentIsolated]")
    page.get_by_role("button", name="Next clip").click()
    page.get_by_role("button", name="Play", exact=True).click()
    plays(page, "float.wav")


def test_the_picture_changes_with_the_theme(page, gallery):
    show(page, gallery, "one")
    canvas = player(page).locator(".area canvas")
    has_picture(page, canvas)
    assert canvas.evaluate(STRONGEST) < 110
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"canvas => ({STRONGEST})(canvas) > 150", arg=canvas.element_handle(), polling=100)


@pytest.mark.parametrize("page", ["light", "phone"], indirect=True)
def test_nothing_for_the_accessibility_checker_to_say(page, gallery):
    show(page, gallery, "two")
    has_picture(page, player(page).locator(".area canvas"))
    assert_accessible(page, "[data-testid=stBidiComponentIsolated]")


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_a_tap_plays_on_a_phone_and_nothing_is_wider_than_it(page, gallery):
    show(page, gallery, "many")
    rows(page).nth(2).tap()
    plays(page, "tone 2.ogg")
    area = player(page).locator(".area")
    box = area.bounding_box()
    area.tap(position={"x": box["width"] * 0.5, "y": 30})
    page.wait_for_function("() => [...window.genreLabSound.players][0].audio.currentTime >= 10")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert box["x"] + box["width"] <= 390


def test_for_ears_alone_there_is_no_picture_and_each_start_is_counted(fresh, gallery):
    page = fresh()  # a page that has heard a sound may not ask for it again
    show(page, gallery, "blind")
    one = player(page)
    expect(one.locator(".area canvas").first).to_be_hidden()
    expect(one.locator(".area")).to_have_attribute("tabindex", "-1")
    with page.expect_response(lambda answer: "/clip/" in answer.url) as heard:
        one.get_by_role("button", name="Play").click()
    assert "/mel" not in heard.value.url
    page.get_by_text("played 1 times").wait_for()
    heard_now = page.evaluate_handle("() => window.genreLabSound.playing")
    page.wait_for_function("({ audio }) => audio.currentTime > 0.1", arg=heard_now, polling=100)
    page.keyboard.press("Space")
    one.get_by_role("button", name="Play").wait_for()
    page.keyboard.press("Space")
    one.get_by_role("button", name="Pause").wait_for()
    assert heard_now.evaluate("({ plays }) => plays") == 1  # pausing and going on is no new start
    heard_now.evaluate("({ audio }) => { audio.currentTime = audio.duration - 0.2; }")
    page.get_by_role("button", name="Play", exact=True).wait_for()  # at the end
    one.get_by_role("button", name="Play").click()
    page.get_by_text("played 2 times").wait_for()
