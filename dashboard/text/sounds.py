"""The sound of a clip in words, for who cannot see its picture."""

from dashboard.services.clips import SILENCE, Picture


def picture_sentence(picture: Picture) -> str:
    """Say what a spectrogram shows: how long and how loud, where it is loudest and brightest, where most of it lies."""
    if picture.loudness <= SILENCE:
        return f"{picture.seconds:.1f} s of silence."
    said = [f"{picture.seconds:.1f} s of sound", f"loudness {signed(picture.loudness)} dB"]
    said += [f"loudest between {_part(*picture.loudest)}"] if picture.loudest else []
    said += [f"brightest between {_part(*picture.brightest)}"] if picture.brightest else []
    return f"{', '.join(said)}, strongest around {_hertz(picture.strongest)}."


def signed(decibels: float) -> str:
    """Return a level in whole decibels, with a true minus sign."""
    return f"{decibels:.0f}".replace("-", "−")


def _part(start: float, end: float) -> str:
    return f"{start:.1f} and {end:.1f} s".replace(".0 ", " ")


def _hertz(frequency: float) -> str:
    return f"{float(f'{frequency:.2g}'):,.0f} Hz"
