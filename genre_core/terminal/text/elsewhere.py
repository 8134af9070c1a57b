"""How a run does on other data, in the terminal."""

from genre_core.evaluation.metrics import METRICS
from genre_core.terminal.text.runs import figure, genre_rows
from genre_core.terminal.text.words import Document, plain, rate


def elsewhere(document: Document) -> str:
    """Say how often a run is right on other data, what to compare that with, and how it does on each genre."""
    here, own = document["evaluation"], document["validation"]
    lines = [f"On {document['on']}", plain(document["headline"]), *map(plain, document["sentences"])]
    figures = [(METRICS[name].term, figure(here, METRICS[name])) for name in ("macro_f1", "log_loss")]
    if own:
        figures.append(("macro-F1 on its own validation part", figure(own, METRICS["macro_f1"])))
    figures.append(("chance", rate(document["chance"])))
    width = max(len(name) for name, _ in figures)
    lines += ["", *(f"{name:{width}}  {value}" for name, value in figures)]
    called = [f"{theirs} = {ours}" for theirs, ours in document["mapping"].items() if theirs != ours]
    if called:
        lines.append(f"Genres that are called differently there: {', '.join(called)}.")
    return "\n".join([*lines, "", genre_rows(here["per_genre"])])
