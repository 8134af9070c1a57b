"""Whether one run, or the settings of one repetition, are better than others."""

from collections.abc import Sequence

from genre_core.settings.names import all_settings
from genre_core.terminal.text.words import PARTS, Document, columns, judged_by, rate


def compared(document: Document) -> str:
    """Say of each comparison what it comes to, and list scores, settings that differ, and genres told apart."""
    lines = [f"Compared with {row['name']}: {row['sentence']}" for row in document["comparisons"]] + [
        *judged_by(document),
        "",
    ]
    part = PARTS.get(document["part"], document["part"])
    cells = [
        (
            row["name"],
            f"{rate(row['accuracy'], row['accuracy_interval'])}{' leaky' if row['leaky'] else ''}",
            rate(row["macro_f1"], row["macro_f1_interval"]),
            f"{row['n']:,}",
        )
        for row in document["runs"]
    ]
    counted = "segments" if document["by"] == "row" else "tracks"
    lines += columns(("run", f"{part} accuracy", "macro-F1", counted), cells, right=(1, 2, 3))
    if "test_opened" in document:
        lines.append(f"Looks at the test part: {document['test_looks']}")
    return "\n".join([*lines, *_settings(document, [row["name"] for row in document["runs"]]), "", *_apart(document)])


def settings_compared(document: Document) -> str:
    """Say of each comparison of repetitions what it comes to, and list scores and settings that differ."""
    lines = [f"Compared with {row['study']}: {row['sentence']}" for row in document["comparisons"]]
    names = [row["study"] for row in document["repetitions"]]
    cells = [
        (row["study"], rate(row["accuracy"], row["accuracy_interval"]), f"{row['runs']:,}",
         "–" if row["sd"] is None else f"{100 * row['sd']:.1f}")
        for row in document["repetitions"]
    ]  # fmt: skip
    header = ("repetition", f"mean {document['part']} accuracy", "runs", "sd in points")
    lines += [*judged_by(document), "", *columns(header, cells, right=(1, 2, 3)), *_settings(document, names)]
    return "\n".join(lines)


def _settings(document: Document, names: Sequence[str]) -> list[str]:
    """Return the table of settings that differ; nothing where none does."""
    if not document["settings"]:
        return []
    known = all_settings()
    cells = [
        (name, *("–" if value is None else known[name].label(value) or "as usual" for value in values))
        for name, values in document["settings"].items()
    ]
    return ["", *columns(("settings that differ", *names), cells)]


def _apart(document: Document) -> list[str]:
    """Return the genres that tell runs apart, all genres of a pair considered together."""
    cells = [
        (row["genre"], pair["name"], f"{row['n']:,}", str(row["only_first_right"]), str(row["only_second_right"]),
         f"{100 * row['accuracy_difference']:+.1f}", f"{row['p_adjusted']:.3f}")
        for pair in document["comparisons"]
        for row in pair["per_genre"]
        if row["p_adjusted"] is not None and row["p_adjusted"] < 0.05
    ]  # fmt: skip
    if not cells:
        return ["No single genre shows a clear difference, with all genres considered together (Holm)."]
    names = ("genre", "compared with", "tracks", "only first right", "only other right", "points of recall", "p (Holm)")
    return columns(names, cells, right=(2, 3, 4, 5, 6))
