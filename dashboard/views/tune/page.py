"""Tune: which settings are better, tried by the dozen and judged on validation."""

from collections.abc import Mapping

import streamlit as st

from dashboard.components import study_page
from dashboard.components.file_names import about
from dashboard.components.live import Parts, answer_part
from dashboard.components.plot import chart
from dashboard.components.usable import say_why_not, usable
from dashboard.components.words import words
from dashboard.services import datasets, searches, studies, tables
from dashboard.services.searches import Search
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.text.studies import label
from dashboard.views.tune import live as following
from dashboard.views.tune import result as searched
from dashboard.views.tune import text as sentences
from genre_core.errors import ConfigError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import Setting, all_settings, validate
from genre_core.studies.kinds import SEARCH
from genre_core.studies.tuning.config import MOST_TRIALS, OBJECTIVES, SAMPLERS, SearchConfig, search_config
from genre_core.studies.tuning.space import Dimension, read_dimension, searchable, suggested

MOST_LETTERS = 1000
EXAMPLE = ("train.learning_rate", "train.batch_size")
ON_THE_SPLIT = "on the split"
JUDGES = {ON_THE_SPLIT: 0, "on 3 folds": 3, "on 5 folds": 5, "on 10 folds": 10}
SAMPLED = {text: name for name, text in SAMPLERS.items()}
JUDGED = {text: name for name, text in OBJECTIVES.items()}
N_COLUMNS, VALUES, STEP = 3, "|", 0.0001
HELP = {
    "n": "How many combinations to try. A grid search ends with its last combination.",
    "sampler": "TPE tries more values near good trials; random and grid search ignore earlier trials.",
    "objective": "The score that decides the best trial, on validation or on the held-out folds.",
    "judge": (
        "With folds, each trial is trained once per fold: the score is steadier, but it takes that many times longer."
    ),
    "pruning": (
        "A trial stops early if it is below the median of earlier trials at the same epoch. Only without folds."
    ),
    "fast_masks": (
        "Dropout masks come from a simpler generator than torch's. Results differ only by chance. Turn it off to get "
        "the masks of a single run: a long search takes no longer."
    ),
    "stop": "End the search with the finished trials, so that you can reveal the winner's test score.",
}
BEFORE = answer_part(sentences.BEFORE.answer, sentences.BEFORE.reason)


def main() -> None:
    """Draw the page: the answer, the ruler, the buttons, what to search, what came of it; settings in the sidebar."""
    form = forms.sidebar_settings(
        tables.tables(), genres=tables.genres, columns=tables.columns, begins=tables.begins, looked_at="study"
    )
    able = usable(form)
    with st.container(key="tune-page", gap="small"):
        found = study_page.looked_at(st.query_params.get("study"), searches.search)
        parts = following.parts(found) if found else None
        place = st.container(key="tune-answer", gap="xsmall")
        controls = st.container(key="tune-controls", horizontal=True, vertical_alignment="center", gap="small")
        if able.config and found is None:
            study_page.say_what_differs_from_run(able.config)
        config, problem = _space(able.config, found)
        with controls:
            _controls(found, config, parts)
        say_why_not(able)
        if problem:
            st.caption(f":material/error: {plain(problem, MOST_LETTERS)}")
        with place:
            study_page.answer("search", parts, BEFORE)
        if found and parts:
            about(f"search {found.study.id}")
            study_page.say_what_differs(
                "tune", form.config, found.config.base, "searched from", "this search started from"
            )
            searched.results(found, parts)
            following.follow(found)
        elif able.config:
            _preview(able.config, config)


def _preview(base: ExperimentConfig, config: SearchConfig | None) -> None:
    """Draw the charts of a search that has no trials yet, and the way to an example."""
    example = search_config(base, [suggested(base, name) for name in EXAMPLE], n_trials=12)
    if all(map(forms.may_change, EXAMPLE)):
        study_page.start_button(sentences.EXAMPLE, "tune example", True, _search, example, type="secondary")
    parts = following.preview(config or example)
    with st.container(key="tune-preview"):
        columns = st.columns(2, gap="medium")
    for (name, part), column in zip(parts.items(), columns, strict=True):
        with column:
            chart(part, f"preview {name}", height=following.HEIGHT)


# -- what to search --------------------------------------------------------------------------------------------------


def _space(base: ExperimentConfig | None, found: Search | None) -> tuple[SearchConfig | None, str]:
    """Draw the choice of what to search and how; return the search, or the sentence why there is none."""
    if base is None:
        return None, ""
    key = "tune-space" if found is None else "tune-space again"  # open before there is a search, folded beside one
    with st.expander("What to search", expanded=found is None, key=key, icon=":material/tune:"):
        chosen = _ticked(base)
        texts = _ranges(base, chosen)
        how = _how(base, chosen)
    if not chosen:
        return None, ""
    try:
        space = [read_dimension(f"{name}={text}", base) for name, text in texts.items()]
        return search_config(base, space, **how), ""
    except ConfigError as error:
        return None, _titled(str(error))


def _titled(sentence: str) -> str:
    """Return a sentence with settings called as they are on this page."""
    for name, item in all_settings().items():
        sentence = sentence.replace(name, item.title)
    return sentence


def _ticked(base: ExperimentConfig) -> list[str]:
    """Draw the settings that can be searched; return those that are ticked, in their order."""
    before = st.session_state.get("search", st.query_params.get_all("search"))
    options = [item.name for item in searchable(base, tuple(before)) if forms.may_change(item.name)]
    ticked = st.pills(
        "Settings to vary",
        options,
        selection_mode="multi",
        format_func=lambda name: all_settings()[name].title,
        key="search",
        bind="query-params",
        help="All other settings stay as in the sidebar.",
    )
    return [name for name in options if name in ticked]


def _ranges(base: ExperimentConfig, chosen: list[str]) -> dict[str, str]:
    """Draw a field for the range of each ticked setting; return what they say."""
    texts, longest = {}, datasets.longest_window(base.data)
    for start in range(0, len(chosen), N_COLUMNS):
        columns = st.columns(N_COLUMNS, gap="small")
        for name, column in zip(chosen[start : start + N_COLUMNS], columns, strict=False):
            with column:
                texts[name] = _range(name, suggested(base, name, longest))
    return texts


def _range(name: str, usual: Dimension) -> str:
    """Draw the lowest and the highest value of a number, or the values of anything else."""
    item = all_settings()[name]
    title = f"{item.title}{f' ({item.unit})' if item.unit else ''}"
    if usual.values:
        shown = {value: item.label(validate(name, value)) for value in usual.values}
        chosen = st.multiselect(
            title, usual.values, usual.values, key=f"range.{name}", bind="query-params", help=item.help,
            format_func=lambda value: shown.get(value, value), accept_new_options=item.kind == "layers", wrap=True,
        )  # fmt: skip
        return VALUES.join(chosen or usual.values)
    how = "spaced by ratio" if item.scale == "log" else "evenly spaced"
    st.markdown(f":small[{title}]", help=f"From the lowest to the highest, {how}. {item.help}")
    with st.container(horizontal=True, gap="small"):
        low, high = (_end(item, end, value) for end, value in (("low", usual.low), ("high", usual.high)))
    return f"{low:g}..{high:g}"


def _end(item: Setting, end: str, value: float | None) -> float:
    """Draw one end of a range, within the bounds of its setting."""
    assert value is not None
    assert item.low is not None
    assert item.high is not None
    whole = item.kind == "int"
    kind: type[int] | type[float] = int if whole else float
    return st.number_input(
        f"{item.title}, {end}est",
        kind(item.low),
        kind(item.high),
        kind(value),
        kind(item.step or 1) if whole or item.step else STEP,
        "%d" if whole else "%g",
        key=f"{end}.{item.name}",
        bind="query-params",
        label_visibility="collapsed",
    )


def _how(base: ExperimentConfig, chosen: list[str]) -> dict[str, object]:
    """Draw how trials are chosen and judged; return it as a search has it."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        n = st.number_input("Trials", 1, MOST_TRIALS, 50, key="trials", bind="query-params", width=120, help=HELP["n"])
        sampler = _choice("Sampler", SAMPLED, "sampler", 210)
        objective = _choice("Judged by", JUDGED, "objective", 140)
        judge = _choice("Judged", JUDGES, "judge", 150)
        pruning = st.toggle("Stop weak trials early", True, key="pruning", bind="query-params",
                            disabled=judge != ON_THE_SPLIT, help=HELP["pruning"])  # fmt: skip
        fast_masks = st.toggle(
            "Fast dropout masks", True, key="fast_masks", bind="query-params", help=HELP["fast_masks"],
            disabled=base.model.faster() == base.model and "model.dropout" not in chosen,
        )  # fmt: skip
    return {
        "n_trials": int(n),
        "sampler": SAMPLED[sampler],
        "objective": JUDGED[objective],
        "folds": JUDGES[judge],
        "pruning": pruning,
        "fast_masks": fast_masks,
    }


def _choice(label: str, options: Mapping[str, object], key: str, width: int) -> str:
    return st.selectbox(label, options, key=key, bind="query-params", width=width, help=HELP[key])


# -- the buttons -----------------------------------------------------------------------------------------------------


def _controls(found: Search | None, config: SearchConfig | None, parts: Parts | None) -> None:
    """Draw the buttons for the search looked at, and the list of former ones."""
    study = found.study if found else None
    study_page.start_button(
        "Search", "search button", config is not None and not (study and study.active), _search, config
    )
    go_on, rest = "Continue with the missing trials.", "Pause after the current epoch. The trials wait where they are."
    study_page.rest_button(study, go_on, rest, "Pause", "pause")
    st.button("Stop", icon=":material/stop:", key="stop search", disabled=study is None or study.state == "complete",
              on_click=searches.end_search, args=(study.id if study else "",), help=HELP["stop"])  # fmt: skip
    study_page.former("Earlier searches", SEARCH, study, label, lambda study_id: address.look(study=study_id, run=None))
    if parts:
        words(parts["progress"], "search progress", live="progress", width=230)


def _search(study_id: str, config: SearchConfig) -> None:
    study_page.start_and_look(lambda: studies.start_study(SEARCH, study_id, config), study=study_id, run=None)


main()
