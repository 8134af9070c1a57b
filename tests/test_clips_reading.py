"""Sound files: what a probe says of them, the part that is read, and one sentence for each bad file."""

import hashlib
import math
import os
import threading
import tracemalloc

import librosa
import numpy as np
import pytest
import soundfile

from genre_core.data.clips.reading import probe, read
from genre_core.errors import ClipError, DataError
from tests.sounds import noise, write_sound

# librosa.load asks all decoders of the standard library, of which some are deprecated.
loads_by_librosa = pytest.mark.filterwarnings("ignore:'(aifc|audioop|sunau)' is deprecated:DeprecationWarning")

CODECS = {
    "24-bit.wav": (96_000, 2, {"subtype": "PCM_24"}, "WAV PCM_24"),
    "8-bit.wav": (8_000, 1, {"subtype": "PCM_U8"}, "WAV PCM_U8"),
    "5.1.wav": (48_000, 6, {"format": "WAVEX", "subtype": "PCM_16"}, "WAV PCM_16"),
    "float.wav": (44_100, 2, {"subtype": "FLOAT"}, "WAV FLOAT"),
    "lossless.flac": (44_100, 2, {"subtype": "PCM_24"}, "FLAC PCM_24"),
    "layer.mp3": (44_100, 2, {}, "MP3"),
    "vorbis.ogg": (32_000, 1, {"subtype": "VORBIS"}, "OGG VORBIS"),
    "opus.opus": (48_000, 2, {"format": "OGG", "subtype": "OPUS"}, "OGG OPUS"),
    "apple.aiff": (22_050, 1, {"subtype": "PCM_16"}, "AIFF PCM_16"),
    "sun.au": (11_025, 1, {"subtype": "ULAW"}, "AU ULAW"),
}


@pytest.fixture(params=CODECS)
def coded(request, tmp_path):
    rate, channels, codec, name = CODECS[request.param]
    return write_sound(tmp_path / request.param, noise(2.3, rate, channels), rate, **codec), rate, channels, name


def refusal(call, path, *arguments, **options):
    """Return the sentence with which a file is refused, which names the file and no folder."""
    with pytest.raises(ClipError) as caught:
        call(path, *arguments, **options)
    sentence = str(caught.value)
    assert isinstance(caught.value, DataError)
    assert str(path.parent) not in sentence
    assert sentence.endswith(".")
    assert sentence.isprintable()
    return sentence


@loads_by_librosa
def test_a_probe_says_what_a_file_holds(coded):
    path, rate, channels, codec = coded
    info = probe(path)
    assert info.clip == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (info.sample_rate, info.channels, info.codec) == (rate, channels, codec)
    assert info.seconds == pytest.approx(2.3, abs=0.001)
    mono = librosa.load(path, sr=None)[0].astype(np.float64)
    assert info.loudness == pytest.approx(20 * math.log10(np.sqrt(np.mean(mono**2))), abs=0.01)
    assert info.peak == pytest.approx(np.abs(soundfile.read(path)[0]).max(), abs=1e-3)


@loads_by_librosa
@pytest.mark.parametrize(("start", "seconds"), [(0.0, None), (0.0, 1.0), (0.7, 1.1), (1.9, 5.0), (0.29, None)])
def test_samples_are_those_of_librosa(coded, start, seconds):
    path = coded[0]
    samples = read(path, start, seconds)
    expected, _ = librosa.load(path, sr=22_050, offset=start, duration=seconds)
    assert samples.dtype == np.float32
    assert samples.shape == expected.shape
    np.testing.assert_allclose(samples, expected, atol=1e-4)


@loads_by_librosa
def test_a_rate_of_ones_own(tmp_path):
    path = write_sound(tmp_path / "a.wav", noise(1.0, 44_100), 44_100)
    np.testing.assert_allclose(read(path, sample_rate=16_000), librosa.load(path, sr=16_000)[0], atol=1e-4)


def test_channels_are_mixed_by_their_mean(tmp_path):
    left = noise()
    path = write_sound(tmp_path / "a.wav", np.hstack([left, -left]), subtype="DOUBLE")
    assert np.abs(read(path)).max() < 1e-6
    info = probe(path)
    assert info.loudness == -120.0
    assert info.peak == pytest.approx(np.abs(left).max(), abs=1e-4)


def test_silence_is_allowed(tmp_path):
    info = probe(write_sound(tmp_path / "a.wav", np.zeros((22_050, 2))))
    assert (info.loudness, info.peak) == (-120.0, 0.0)


def test_a_peak_above_full_scale_is_told_as_full_scale(tmp_path):
    assert probe(write_sound(tmp_path / "a.wav", 3 * np.ones((22_050, 1)), subtype="FLOAT")).peak == 1.0


def test_a_part_of_a_long_file_is_read_without_the_rest(tmp_path):
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 22_050, 1, "PCM_U8") as file:
        for _ in range(30):
            file.write(np.full(60 * 22_050, 0.25, dtype=np.float32))
    tracemalloc.start()
    try:
        assert probe(path).seconds == 1800
        assert len(read(path, 1795.0, 2.0)) == 2 * 22_050
        assert tracemalloc.get_traced_memory()[1] < 12 * 1024**2  # the whole has 159 MB
    finally:
        tracemalloc.stop()


def test_a_whole_file_is_read_with_little_more_than_its_samples(tmp_path):
    path = write_sound(tmp_path / "a.wav", np.zeros((120 * 44_100, 2), dtype=np.int16), 44_100)
    read(path, 0.0, 1.0)  # imports
    tracemalloc.start()
    try:
        samples = read(path)
        assert tracemalloc.get_traced_memory()[1] < 2.6 * samples.nbytes  # in 44,100 Hz it has two times as many
    finally:
        tracemalloc.stop()
    assert len(samples) == 120 * 22_050


def test_a_file_may_be_long_but_not_too_long(tmp_path):
    path = write_sound(tmp_path / "a.wav", noise(2.0))
    assert probe(path, longest=2.0).seconds == 2.0
    assert refusal(probe, path, longest=1.9).startswith("a.wav lasts longer than")


def test_seven_hours_are_refused_unread(tmp_path):
    path = tmp_path / "a.wav"
    with soundfile.SoundFile(path, "w", 1_000, 1, "PCM_U8") as file:
        for _ in range(7):
            file.write(np.zeros(3_600_000, dtype=np.float32))
    assert refusal(probe, path) == "a.wav lasts longer than 6 hours: cut it into pieces."


@pytest.mark.parametrize("seconds", [0.2, 0.49])
def test_what_is_too_short_is_refused(tmp_path, seconds):
    path = write_sound(tmp_path / "a.wav", noise(seconds))
    assert refusal(probe, path) == f"a.wav lasts {seconds:.2f} s, too short to hear a genre: use 0.5 s or more."


def test_half_a_second_is_enough(tmp_path):
    assert probe(write_sound(tmp_path / "a.wav", noise(0.5))).seconds == 0.5


def _header_alone(path):
    soundfile.write(path, np.zeros((0, 1)), 22_050)


def _not_numbers(path):
    samples = noise()
    samples[9_999] = np.nan
    soundfile.write(path, samples, 22_050, subtype="FLOAT")


def _whole_numbers(path):
    soundfile.write(path, 30_000 * np.ones((22_050, 1)), 22_050, subtype="FLOAT")


def _cut(path):
    whole = path.with_name("whole.flac")
    soundfile.write(whole, noise(4.0), 22_050)
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])


BAD = {
    "empty.wav": (lambda path: path.touch(), "is empty"),
    "text.wav": (lambda path: path.write_text("not a sound\n" * 99), "is text, not a sound"),
    "text.mp3": (lambda path: path.write_text("not a sound\n" * 99), "is text, not a sound"),
    "page.wav": (lambda path: path.write_text("<!DOCTYPE html><html>"), "is a web page"),
    "pointer.mp3": (lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\n"), "Git-LFS pointer"),
    "other.m4a": (lambda path: path.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(500)), "is MPEG-4 (AAC)"),
    "other.webm": (lambda path: path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(500)), "is WebM"),
    "picture.wav": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500)), "is a picture"),
    "random.wav": (lambda path: path.write_bytes(np.random.default_rng(0).bytes(9999)), "no sound that can be decoded"),
    "raw.raw": (lambda path: path.write_bytes(bytes(9999)), "no sound that can be decoded"),
    "header.wav": (_header_alone, "holds no sound"),
    "numbers.wav": (_not_numbers, "samples that are no numbers"),
    "loud.wav": (_whole_numbers, "samples up to 30,000, where 1 is full scale"),
    "cut.flac": (_cut, "is damaged"),
    "gone.wav": (lambda path: None, "is no longer there"),
    "folder.wav": (lambda path: path.mkdir(), "is a folder"),
    "pipe.wav": (lambda path: os.mkfifo(path), "is a device or a pipe"),
    "slow.wav": (lambda path: soundfile.write(path, noise(), 100), "sample rate of 100 Hz"),
}


@pytest.mark.parametrize("name", BAD)
def test_one_sentence_for_each_bad_file(tmp_path, name):
    spoil, said = BAD[name]
    spoil(tmp_path / name)
    assert refusal(probe, tmp_path / name).startswith(f"{name} ")
    assert said in refusal(probe, tmp_path / name)


@pytest.mark.parametrize("name", sorted(BAD.keys() - {"loud.wav"}))
def test_a_bad_file_cannot_be_read_either(tmp_path, name):
    BAD[name][0](tmp_path / name)
    assert refusal(read, tmp_path / name).startswith(f"{name} ")


def test_no_permission(tmp_path, monkeypatch):
    path = write_sound(tmp_path / "a.wav")

    def refuse(*_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("builtins.open", refuse)
    assert refusal(probe, path) == "a.wav cannot be read: you have no permission for it."


def test_no_sound_outside_a_clip(tmp_path):
    path = write_sound(tmp_path / "a.wav")
    assert refusal(read, path, 1.5) == "a.wav has no sound at 1.5 s: it lasts 1.00 s."
    assert refusal(read, path, -0.5).startswith("a.wav has no sound at -0.5 s")


@pytest.mark.parametrize(
    "name", ["Ünïcødé 音楽.wav", 'it\'s "quoted".wav', "two\nlines.wav", "%s {0} <b>.wav", "-x.wav"]
)
def test_any_name_will_do(tmp_path, name):
    path = write_sound(tmp_path / name)
    assert probe(path).seconds == 1.0
    assert len(read(path)) == 22_050
    path.write_text("text")
    assert refusal(probe, path).startswith(" ".join(name.split("\n")))


def test_a_name_that_is_no_text(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    with open(path, "wb") as file:
        soundfile.write(file, noise(), 22_050, format="WAV")
    assert probe(path).seconds == 1.0
    path.write_text("text")
    assert refusal(probe, path).startswith("caf\N{REPLACEMENT CHARACTER}.wav is text")


def test_threads_read_apart(tmp_path):
    paths = [write_sound(tmp_path / f"{n}.flac", noise(1.0, seed=n)) for n in range(8)]
    expected = [probe(path) for path in paths]
    found = {}
    threads = [threading.Thread(target=lambda path=path: found.update({path: probe(path)})) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[path] for path in paths] == expected
