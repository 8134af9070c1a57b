"""Building blocks of configurations: frozen values whose settings are declared once, each in one line."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer
from pydantic.fields import FieldInfo

Scale = Literal["linear", "log"]

_LEARNING = (
    "optimizer learning_rate momentum schedule batch_size max_epochs monitor patience weight_decay label_smoothing "
    "class_weighting"
)
ALWAYS_WRITTEN: Mapping[str, frozenset[str]] = {
    model: frozenset(fields.split())
    for model, fields in {
        "SyntheticConfig": "n_samples n_features n_genres overlap spread shift seed imbalance artists artist_spread "
        "albums album_spread segments segment_spread correlation label_noise noise_kind missing_rate outlier_rate "
        "outlier_scale",
        "TableConfig": "table label group name left_out taken missing min_tracks published",
        "FmaConfig": "table subset features statistics genre missing min_tracks",
        "SplitConfig": "test_fraction validation_fraction by seed",
        "MlpConfig": "hidden dropout",
        "TrainConfig": f"{_LEARNING} seed",
        "BeforeConfig": f"{_LEARNING} epochs",
        "ExperimentConfig": "data split model train",
        "CrossPredictionsConfig": "experiment n_folds with_test",
        "LearningCurveConfig": "experiment shares n_repeats",
        "LensConfig": "experiment n_repeats classifiers",
        "OtherSeeds": "times vary",
        "Folds": "k repeats",
        "RepeatsConfig": "experiment what",
        "SearchConfig": "base space sampler n_trials objective folds pruning fast_masks seed",
        "Dimension": "low high values",
    }.items()
}
"""Fields by the names of their classes: those there were when configurations were first stored. No list here grows.

Any other setting is left out of a configuration's JSON at its default, so that adding one changes no fingerprint.
"""


def setting(
    default: Any,
    title: str,
    help: str,
    *,
    step: float | None = None,
    scale: Scale = "linear",
    unit: str = "",
    labels: Mapping[str, str] | None = None,
    when: Mapping[str, str] | None = None,
    technical: bool = False,
    **bounds: Any,
) -> Any:
    """Declare one setting: what `Field` says of its values, and how a person sees and moves it.

    `when` names a sibling choice without which this setting does nothing: `when={"optimizer": "sgd"}`.
    A `technical` one changes how a result is computed, by chance alone what it is: nobody searches it.
    """
    shown: Any = {
        "step": step, "scale": scale, "unit": unit, "technical": technical,
        "labels": dict(labels or {}), "when": dict(when or {}),
    }  # fmt: skip
    return Field(default, title=title, description=help, json_schema_extra={"shown": shown}, **bounds)


class Frozen(BaseModel):
    """A value: immutable, hashable, without unknown keys, infinities or NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON, as 64 hex digits."""
        return fingerprint(self)

    @model_serializer(mode="wrap")
    def _without_defaults(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        always, fields = ALWAYS_WRITTEN.get(type(self).__name__, frozenset()), type(self).model_fields
        return {
            name: value
            for name, value in write(self).items()
            if name in always or _is_tag(fields[name]) or getattr(self, name) != fields[name].get_default()
        }


def _is_tag(field: FieldInfo) -> bool:
    """Return whether a field only names its class, as `source` does: reading needs it."""
    return get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1


def _read_layers(value: Any) -> Any:
    """Accept `"128, 64, 32"` as it is typed in an address, a terminal or a text field."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


Width = Annotated[int, Field(ge=1, le=1024)]
Layers = Annotated[tuple[Width, ...], BeforeValidator(_read_layers), Field(min_length=1, max_length=8)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]


def fingerprint(config: Frozen) -> str:
    """Return the SHA-256 of a configuration's canonical JSON (sorted keys, no spaces) as 64 hex digits."""
    canonical = json.dumps(config.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
