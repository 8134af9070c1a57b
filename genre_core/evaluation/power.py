"""Power of a comparison on so many tracks: what it can show, and how many a given difference takes.

Conventions: a difference of accuracies is a fraction; the *discordance* is the share of tracks on which exactly one of
two classifiers is right; `n` counts independent tracks. After R. J. Connor, "Sample size for testing differences in
proportions for the paired-sample design", Biometrics 43 (1987): McNemar's test finds a difference d at a discordance c
with the stated power where sqrt(n) d = z_level sqrt(c) + z_power sqrt(c - d²).
"""

import math
from statistics import NormalDist

POWER = 0.8
LEVEL = 0.05


def detectable_difference(n: float, discordance: float, level: float = LEVEL, power: float = POWER) -> float:
    """Return the smallest difference that a two-sided test on n tracks finds as often as `power` says, at most 1.

    A difference cannot be larger than the discordance: where the formula asks for more, it is the one at which every
    discordant track speaks for the same classifier.
    """
    z_level, z_power = _quantiles(level, power)
    c = discordance
    root = n * c * z_level**2 - (n + z_power**2) * c * (z_level**2 - z_power**2)
    found = (z_level * math.sqrt(n * c) + math.sqrt(max(0.0, root))) / (n + z_power**2)
    if c > 0 and found <= c:
        return min(1.0, found)
    return _one_sided(n, z_level, z_power)


def tracks_needed(difference: float, discordance: float, level: float = LEVEL, power: float = POWER) -> int | None:
    """Return how many tracks it takes to find that difference as often as `power` says; None for no difference."""
    d = abs(difference)
    if not d:
        return None
    z_level, z_power = _quantiles(level, power)
    c = max(discordance, d)
    return math.ceil((z_level * math.sqrt(c) + z_power * math.sqrt(max(0.0, c - d * d))) ** 2 / (d * d))


def _one_sided(n: float, z_level: float, z_power: float) -> float:
    """Return the difference that is also the discordance: n d = (z_level + z_power sqrt(1 - d))²."""
    d = 0.0
    for _ in range(60):  # each step at least halves what is missing, or ends at 1
        d = min(1.0, (z_level + z_power * math.sqrt(1 - d)) ** 2 / n)
    return d


def _quantiles(level: float, power: float) -> tuple[float, float]:
    normal = NormalDist()
    return normal.inv_cdf(1 - level / 2), normal.inv_cdf(power)
