"""Hypothesis strategies for configurations, made of the bounds that the settings declare."""

from typing import Any

from hypothesis import strategies as st

from genre_core.errors import ConfigError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import SECTIONS, TAGS, Setting, all_settings, configure, variants

HASHES = st.sampled_from(["", "0123456789abcdef" * 4])
TAG_NAMES = {f"{section}.{tag}" for section, (tag, _) in TAGS.items()}
PAIRS = st.sampled_from(["", "1-2", "Rock-Electronic", " rock – 2 ,", "2 - Rock, 1-2"])
FREE_TEXT = {"data.table": HASHES, "data.published": HASHES, "data.noise_pairs": PAIRS}


def values(setting: Setting) -> st.SearchStrategy[Any]:
    """Return values that a setting allows by itself."""
    match setting.kind:
        case "int":
            return st.integers(int(setting.low), int(setting.high))
        case "float":
            return st.floats(setting.low, setting.high)
        case "bool":
            return st.booleans()
        case "choice":
            return st.sampled_from(setting.choices)
        case "layers":
            return st.lists(st.integers(1, 1024), min_size=1, max_size=8).map(tuple)
        case "text":
            return FREE_TEXT.get(setting.name, st.text(st.characters(exclude_categories=["Cs"]), max_size=20))


@st.composite
def configs(draw: st.DrawFn) -> ExperimentConfig:
    """Draw a valid configuration of any variant, a few of its settings away from their defaults."""
    chosen: dict[str, Any] = {}
    for section in SECTIONS:
        variant = draw(st.sampled_from(variants(section)))
        tag = TAGS.get(section, ("", ""))[0]
        if tag:
            chosen[f"{section}.{tag}"] = variant.model_fields[tag].default
        fields = draw(st.sets(st.sampled_from(sorted(set(variant.model_fields) - {tag}) or [""])))
        for name in sorted(f"{section}.{field}" for field in fields if field):
            chosen[name] = draw(values(all_settings()[name]))
    if "before.epochs" in chosen:  # a branch is in between
        most = (chosen.get("train.max_epochs", 50) - 1, chosen.get("before.max_epochs", 50))
        chosen["before.epochs"] = min(chosen["before.epochs"], *most)
    try:
        return configure(chosen)
    except ConfigError:  # what is allowed one by one, but not together
        together = ("data.", "split.")
        alone = {name: value for name, value in chosen.items() if not name.startswith(together) or name in TAG_NAMES}
        return configure(alone)
