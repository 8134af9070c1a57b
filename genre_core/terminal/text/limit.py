"""Text about the best possible classifier."""

from genre_core.bayes.recipe import recipe_known
from genre_core.settings.names import all_settings
from genre_core.terminal.text.words import Document, rate


def limit(document: Document) -> str:
    """Say what no classifier can beat, at which overlap, and what that holds for."""
    accuracy = f"{100 * document['accuracy']:.2f} % (± {100 * document['standard_error']:.2f} standard error)"
    about = f" about the {document['right_about']}" if document["right_about"] else ""
    at = f"At overlap {document['overlap']:g}"
    lines = [
        f"{at} the best possible classifier is right{about} on {accuracy} of {document['holds_for'] or 'new tracks'}.",
        f"Its macro-F1 is {rate(document['macro_f1'])}; a classifier made for macro-F1 could reach more.",
    ]
    if document["reach"] is not None:
        step, wanted = all_settings()["data.overlap"].step, 100 * document["reach"]
        lines.append(
            f"You asked for {wanted:g} %. The overlap is rounded to its step of {step:g}, so the accuracy is "
            f"{100 * document['accuracy']:.2f} %: no other step comes nearer."
        )
    lines += [document["about"]] if document["about"] else []
    return "\n".join([*lines, *(found["sentence"] for found in document["together"].values())])


def recipe_limit(document: Document) -> str:
    """Say how far whoever knows the recipes can get."""
    about = f" Right means right about the {document['right_about']}." if document["right_about"] else ""
    macro_f1 = f"The macro-F1 of this limit is {rate(document['macro_f1'])}."
    return f"{recipe_known(rate(document['accuracy']))}{about}\n{macro_f1}"
