"""What configurations are made of: frozen values whose settings are declared once, each in one line."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Scale = Literal["linear", "log"]


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
