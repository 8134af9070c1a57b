"""Routes of clips: ranges of sound, pictures, and 404 with a sentence for whatever is no clip of this store."""

import asyncio
import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from starlette.applications import Starlette
from starlette.routing import Route

from dashboard.components.clip_routes import ROUTES, ranged
from dashboard.services import clips
from genre_core.data.clips.sounds import Location
from genre_core.errors import ClipError
from genre_core.store.runs import RunStore

RATE = 22_050


def ask(path: str, query: str = "", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask the routes of clips; returns status, headers and body."""
    return ask_routes(ROUTES, path, query, **headers)


def ask_routes(routes: list[Route], path: str, query: str = "", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask routes; returns status, headers and body."""
    got: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        got.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"} if not got else await asyncio.Event().wait()

    sent = [(name.encode(), text.encode()) for name, text in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": sent}
    scope |= {"root_path": "", "asgi": {"spec_version": "2.4"}}
    asyncio.run(Starlette(routes=routes)(scope, receive, send))  # type: ignore[arg-type]
    said = {name.decode().lower(): text.decode() for name, text in got[0]["headers"]}
    return got[0]["status"], said, b"".join(message.get("body", b"") for message in got[1:])


def picture_of(body: bytes) -> tuple[dict[str, Any], np.ndarray]:
    start = 4 + int.from_bytes(body[:4], "little")
    head = json.loads(body[4:start])
    return head, np.frombuffer(body[start:], np.uint8).reshape(head["shape"])


def tone(hertz: float, seconds: float, rate: int = RATE, loud: float = 0.5) -> np.ndarray:
    return loud * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Give `known(name, samples, …)`, which writes a file and returns the clip by which the store knows it."""
    store = RunStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    monkeypatch.setattr(clips, "store", lambda: store)

    def write(name: str, samples: np.ndarray, rate: int = RATE, **how: str) -> str:
        path = tmp_path / name
        soundfile.write(path, samples, rate, **how)
        clip = hashlib.sha256(path.read_bytes()).hexdigest()
        store.clips.put({clip: Location(str(path))})
        return clip

    write.folder = tmp_path
    yield write
    store.close()


# Sound


def test_a_file_is_sent_as_it_is_whole_or_by_range(known):
    clip = known("a b'ä.wav", tone(440, 1))
    content = (known.folder / "a b'ä.wav").read_bytes()
    status, headers, body = ask(f"/clip/{clip}")
    assert (status, headers["content-type"], body) == (200, "audio/wav", content)
    assert headers["accept-ranges"] == "bytes"
    assert "immutable" in headers["cache-control"]
    assert "private" in headers["cache-control"]
    assert not any("a b" in text for text in headers.values())
    status, headers, body = ask(f"/clip/{clip}", range="bytes=100-199")
    assert (status, headers["content-range"], body) == (206, f"bytes 100-199/{len(content)}", content[100:200])
    status, headers, body = ask(f"/clip/{clip}", range="bytes=-10")
    assert (status, body) == (206, content[-10:])
    assert ask(f"/clip/{clip}", range=f"bytes={len(content)}-")[0] == 416


@pytest.mark.parametrize(
    ("name", "how", "media_type"),
    [
        ("x.wav", {"subtype": "PCM_24"}, "audio/wav"),
        ("x.wav", {"subtype": "PCM_U8"}, "audio/wav"),
        ("x.mp3", {}, "audio/mpeg"),
        ("x.flac", {}, "audio/flac"),
        ("x.ogg", {}, "audio/ogg"),
        ("x.opus", {"format": "OGG", "subtype": "OPUS"}, "audio/ogg"),
        ("song", {"format": "FLAC"}, "audio/flac"),
    ],
)
def test_what_browsers_play_is_sent_as_it_is_whatever_it_is_called(known, name, how, media_type):
    clip = known(name, tone(440, 1, 48_000), 48_000, **how)
    status, headers, body = ask(f"/clip/{clip}")
    assert (status, headers["content-type"]) == (200, media_type)
    assert body == (known.folder / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "channels", "how"), [("x.aiff", 1, {}), ("x.wav", 1, {"subtype": "FLOAT"}), ("x.wav", 6, {})]
)
def test_what_browsers_do_not_play_is_coded_anew_as_16_bits(known, name, channels, how):
    samples = tone(440, 1, 48_000)
    clip = known(name, np.stack([samples] * channels, axis=1), 48_000, **how)
    status, headers, body = ask(f"/clip/{clip}")
    assert (status, headers["content-type"], headers["content-length"]) == (200, "audio/wav", str(len(body)))
    info = soundfile.info(io.BytesIO(body))
    assert (info.format, info.subtype, info.channels, info.duration) == ("WAV", "PCM_16", 1, pytest.approx(1))
    heard, rate = soundfile.read(io.BytesIO(body))
    assert np.abs(np.fft.rfft(heard)).argmax() * rate / len(heard) == pytest.approx(440, abs=1)
    status, headers, part = ask(f"/clip/{clip}", range="bytes=44-143")
    assert (status, headers["content-range"], part) == (206, f"bytes 44-143/{len(body)}", body[44:144])


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("", 200, "abcdefghij"),
        ("bytes=0-", 206, "abcdefghij"),
        ("bytes=2-4", 206, "cde"),
        ("bytes=8-99", 206, "ij"),
        ("bytes=-3", 206, "hij"),
        ("bytes=-99", 206, "abcdefghij"),
        ("bytes=10-", 416, ""),
        ("bytes=5-4", 416, ""),
        ("bytes=-0", 416, ""),
        ("bytes=1-2,4-5", 200, "abcdefghij"),
        ("bytes=-", 200, "abcdefghij"),
        ("pages=1-2", 200, "abcdefghij"),
    ],
)
def test_a_range_of_bytes_is_what_was_asked_for(asked, status, part):
    response = ranged(b"abcdefghij", asked)
    assert (response.status_code, bytes(response.body)) == (status, part.encode())
    assert response.headers["content-length"] == str(len(part))
    if status == 206:
        first = "abcdefghij".index(part)
        assert response.headers["content-range"] == f"bytes {first}-{first + len(part) - 1}/10"
    if status == 416:
        assert response.headers["content-range"] == "bytes */10"


# What there is not


@pytest.mark.parametrize(
    "name",
    ["0" * 64, "A" * 64, "0" * 63, "0" * 65, "é" * 64, "..", "%2e%2e", "'; drop table clips --", "0" * 64 + "\n"],
)
def test_what_is_no_clip_of_the_store_is_not_found(known, name):
    for path in (f"/clip/{name}", f"/clip/{name}/mel"):
        status, headers, body = ask(path)
        assert status == 404
        assert headers["cache-control"] == "no-store"
        assert json.loads(body)["problem"].startswith("This clip is not known here")


@pytest.mark.parametrize("path", ["/clip/../../etc/passwd", "/clip//etc/passwd", "/clip/", "/clip", "/clip/x/y"])
def test_a_path_leads_nowhere(known, path):
    assert ask(path)[0] == 404


def test_a_deleted_file_is_said_in_a_sentence_even_after_it_was_seen(known):
    clip = known("gone.wav", tone(440, 1))
    assert ask(f"/clip/{clip}/mel")[0] == 200
    (known.folder / "gone.wav").unlink()
    for path in (f"/clip/{clip}", f"/clip/{clip}/mel"):
        status, _, body = ask(path)
        assert status == 404
        assert json.loads(body)["problem"].startswith("gone.wav is no longer there")
        assert str(known.folder) not in body.decode()


def test_another_file_in_its_place_is_not_sent(known):
    clip = known("x.wav", tone(440, 1))
    (known.folder / "x.wav").write_text("something private")
    for path in (f"/clip/{clip}", f"/clip/{clip}/mel"):
        status, _, body = ask(path)
        assert status == 404
        assert json.loads(body)["problem"].startswith("x.wav has changed")


def test_a_large_file_that_changed_is_not_sent_either(known):
    clip = known("x.wav", tone(440, 1))
    os.truncate(known.folder / "x.wav", 80 * 1024**2)
    status, _, body = ask(f"/clip/{clip}")
    assert (status, "x.wav has changed" in body.decode()) == (404, True)


def test_a_generated_clip_is_rendered_once(known, monkeypatch):
    rendered = []

    def samples(location: Location, start: float, seconds: float, sample_rate: int) -> np.ndarray:
        rendered.append(location.recipe)
        return tone(1000, 2).astype(np.float32)

    monkeypatch.setattr(clips, "samples", samples)
    monkeypatch.setattr(clips, "find", lambda clip: Location("", f"recipe of {clip}"))
    clip = "c" * 64
    status, headers, body = ask(f"/clip/{clip}")
    assert (status, headers["content-type"], soundfile.info(io.BytesIO(body)).duration) == (200, "audio/wav", 2)
    head, _ = picture_of(ask(f"/clip/{clip}/mel", "start=0.5&seconds=1")[2])
    assert head["seconds"] == 1
    assert 900 < head["strongest"] < 1100
    assert rendered == [f"recipe of {clip}"]


def test_sounds_are_kept_up_to_a_size():
    kept = clips._Kept(10)
    for name in "abc":
        kept.put(name, b"1234")
    assert [name for name in "abc" if kept.get(name)] == ["b", "c"]
    assert kept.get("b") == b"1234"
    kept.put("d", b"1234")
    assert [name for name in "bcd" if kept.get(name)] == ["b", "d"]
    kept.put("e", b"x" * 11)
    assert kept.get("e") is None


# Pictures


def test_a_picture_shows_each_tone_at_its_height_and_time(known):
    clip = known("x.wav", np.concatenate([tone(500, 2), tone(4000, 2)]))
    status, headers, body = ask(f"/clip/{clip}/mel")
    head, levels = picture_of(body)
    assert (status, levels.shape) == (200, (64, 1 + 4 * RATE // 1024))
    times = head["start"] + head["step"] * np.arange(levels.shape[1])
    heights = dict(head["ticks"])
    for hertz, seen in ((500, (times > 0.1) & (times < 1.9)), (4000, (times > 2.1) & (times < 3.9))):
        height = (levels[:, seen].mean(axis=1).argmax() + 0.5) / 64
        assert height == pytest.approx(heights[hertz], abs=0.02)
    assert levels.max() == 255
    assert "immutable" in headers["cache-control"]
    assert head["sentence"].startswith("4.0 s of sound, loudness −9 dB, brightest between ")


def test_a_part_of_a_clip_is_pictured_as_wide_as_asked_for(known):
    clip = known("x.wav", np.concatenate([tone(300, 5), tone(3000, 1), tone(300, 4)]))
    head, levels = picture_of(ask(f"/clip/{clip}/mel", "start=5&seconds=1&width=10")[2])
    assert levels.shape[1] <= 10
    assert head["seconds"] == pytest.approx(1)
    assert 2800 < head["strongest"] < 3200
    assert head["start"] >= 5
    assert head["start"] + head["step"] * levels.shape[1] == pytest.approx(6, abs=1.5 * head["step"])
    assert head["sentence"] == "1.0 s of sound, loudness −9 dB, strongest around 2,900 Hz."
    assert head["loudest"] is head["brightest"] is None


def test_a_long_picture_is_that_of_one_piece(known, monkeypatch):
    from genre_core.data.clips.features.mels import log_mel

    heard = np.random.default_rng(0).normal(0, 0.1, 3 * RATE).astype(np.float32)
    monkeypatch.setattr(clips, "PIECE_FRAMES", 7)
    assert clips._log_mel(heard) == pytest.approx(log_mel(heard, hop=1024).astype(np.float32), abs=0.1)


def test_silence_is_called_so(known):
    clip = known("x.wav", np.zeros(RATE))
    head, levels = picture_of(ask(f"/clip/{clip}/mel")[2])
    assert head["sentence"] == "1.0 s of silence."
    assert not levels.any()


def test_only_the_first_minutes_of_a_long_clip_are_pictured(known, monkeypatch):
    monkeypatch.setattr(clips, "LONGEST", 2.0)
    clip = known("x.wav", tone(440, 5))
    assert picture_of(ask(f"/clip/{clip}/mel")[2])[0]["seconds"] == pytest.approx(2)
    assert picture_of(ask(f"/clip/{clip}/mel", "seconds=99")[2])[0]["seconds"] == pytest.approx(2)


@pytest.mark.parametrize(
    "query",
    [
        "start=x",
        "start=-1",
        "start=nan",
        "start=inf",
        "start=1e308",
        "seconds=-1",
        "width=0",
        "width=9999",
        "width=1.5",
    ],
)
def test_numbers_that_make_no_picture_are_refused(known, query):
    status, _, body = ask(f"/clip/{known('x.wav', tone(440, 1))}/mel", query)
    assert status == 400
    assert json.loads(body)["problem"].endswith(".")


def test_no_picture_begins_behind_the_end(known):
    status, _, body = ask(f"/clip/{known('x.wav', tone(440, 1))}/mel", "start=5")
    assert status == 404
    assert "x.wav" in json.loads(body)["problem"]


def test_a_broken_file_is_said_in_a_sentence(known):
    clip = known("x.flac", tone(440, 1))
    found = clips.find(clip)
    Path(found.path).write_bytes(b"no sound" * 100)
    with pytest.raises(ClipError, match="has changed"):
        clips.sound(clip)


# Sounds made for a page


def test_a_sound_made_for_a_page_is_had_by_a_name_that_nobody_can_guess(known):
    made = clips.wav_of(tone(440, 1).astype(np.float32))
    name = clips.keep(made)
    assert clips.keep(made) == name
    assert ask(f"/clip/{name}")[::2] == (200, made)
    head, levels = picture_of(ask(f"/clip/{name}/mel")[2])
    assert (head["seconds"], len(levels)) == (1.0, 64)
    assert head["strongest"] == pytest.approx(440, abs=40)
    assert ask(f"/clip/{hashlib.sha256(made).hexdigest()}")[0] == 404
