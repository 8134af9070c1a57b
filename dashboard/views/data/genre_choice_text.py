"""Sentences of Data about the genres that are used: pure functions from counts to what is said of them."""

from collections.abc import Mapping

from dashboard.theme import count, percent


def totals(sizes: Mapping[str, int], counted: Mapping[str, str]) -> dict[str, int]:
    """Return how many tracks each genre that is used has, with all that count as it."""
    found: dict[str, int] = {}
    for genre, name in counted.items():
        found[name] = found.get(name, 0) + sizes[genre]
    return found


def option(name: str, now: Mapping[str, int], sizes: Mapping[str, int]) -> str:
    """Return a genre with its number of tracks, as it stands in the list to choose from."""
    return f"{name} · {now[name]:,}" if name in now else f"{name} · {sizes[name]:,}, left out"


def sizes_sentence(now: Mapping[str, int]) -> str:
    """Say how many genres are used, with how many tracks."""
    return f"{count(len(now), 'genre')}, {count(sum(now.values()), 'track')}. Choose two or more to count as one."


def preview(name: str, chosen: Mapping[str, str], sizes: Mapping[str, int], after: Mapping[str, str]) -> str:
    """Say what genres come to when they count as one, and what there is then."""
    parts = sorted(chosen, key=lambda genre: -sizes[genre])
    listed = ", ".join(f"{genre} {sizes[genre]:,}" for genre in parts[:5])
    more = f" and {len(parts) - 5:,} more" if len(parts) > 5 else ""
    made_of = f" ({listed}{more})" if len(parts) > 1 else ""
    then = totals(sizes, after)
    return (
        f"{count(then[name], 'track')} as {name}{made_of}. There are then {count(len(then), 'genre')}, from "
        f"{min(then.values()):,} to {max(then.values()):,} tracks each."
    )


def sizes_table(now: Mapping[str, int]) -> list[dict[str, object]]:
    """Return each genre with its tracks, the largest first."""
    total = sum(now.values())
    rows = sorted(now.items(), key=lambda row: -row[1])
    return [{"genre": genre, "tracks": n, "share": percent(n / total)} for genre, n in rows]
