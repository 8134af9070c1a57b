"""The report to hand in: complete, true of its runs, safe whatever names hold, and the same in HTML and Markdown."""

import base64
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.evaluation.report import Evaluation
from genre_core.settings.names import configure
from genre_core.store.openings import open_test
from genre_core.store.runs import RunStore
from genre_core.takehome.charts import confusion
from genre_core.takehome.escaping import as_csv, harmless, in_latex, in_markdown
from genre_core.takehome.matrix import matrix_latex, matrix_markdown
from genre_core.takehome.pages import as_html, as_markdown, own_words
from genre_core.takehome.report import HEADINGS, Chart, Report, Section, Table
from genre_core.takehome.writing import report_of
from genre_core.terminal.main import main
from genre_core.workers.run import execute
from tests.views.stored import put_segments

README = Path(__file__).parents[1] / "README.md"
TINY = {"data.n_samples": 240, "data.n_features": 4, "data.n_genres": 3, "model.hidden": "8,6", "train.max_epochs": 3}
EVIL = "</title><script>alert(1)</script> \"q\" 'x' | *b* [l](javascript:x) $\\alpha$ a/b &amp; ![i](x)"
TEXTS = {"p", "li", "td", "th", "h1", "h2", "caption", "pre", "title"}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handed in")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENRE_LAB_STORE", f"sqlite:///{folder / 'store.sqlite'}")
        opened = RunStore()
        stored = {name.replace("__", "."): value for name, value in put_segments(opened, "handed in").items()}
        odd = {"data.artists": 4, "split.by": "row", "data.label_noise": 0.1}
        for name, called, settings in (
            ("one", EVIL, {}),
            ("two", "second", {"train.seed": 5}),
            ("odd", "odd", odd),
            ("segments", "segments", stored),
            ("failed", "no / table", {"data.source": "table", "data.n_samples": None}),
        ):
            base = TINY if "data.source" not in settings else {"train.max_epochs": 2}
            given = {key: value for key, value in (base | settings).items() if value is not None}
            opened.submit(name, configure(given), called)
            execute(name, 1, opened.url)
        open_test(opened, opened.run("two"))
        yield opened
        opened.close()


class Reading(HTMLParser):
    """The tags of a page, and the texts within them."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts, self.images, self._within = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self._within.append(tag)
        if tag == "img":
            self.images.append(dict(attributes))

    def handle_data(self, data):
        if self._within and self._within[-1] in TEXTS and data.strip():
            self.texts.append(data)


_known = {}


def written(store, *names, own=None):
    """Return a report; one without a person's words is written once."""
    if names not in _known:
        _known[names] = report_of(store, [store.run(name) for name in names])
    return _known[names].with_own(own or {})


def test_a_report_has_the_sections_of_the_notebook_in_both_forms(store):
    report = written(store, "one")
    page, text = as_html(report), as_markdown(report)
    titles = [f"{number}. {heading.title}" for number, heading in enumerate(HEADINGS.values(), 1)]
    assert re.findall(r"<h2>(\d.*?)</h2>", page) == titles == re.findall(r"^## (\d.*)$", text, re.MULTILINE)
    read = Reading(page)
    assert len(read.images) == 5 == text.count("](data:image/svg+xml;base64,")
    for image in read.images:
        assert image["alt"]
        ElementTree.fromstring(base64.b64decode(image["src"].partition("base64,")[2]))
    assert "240 tracks" in page
    matrix = Evaluation.from_json(store.run("one").summary["validation"]).confusion_matrix
    assert f"{matrix.correct:,} of {matrix.n:,} are on the diagonal" in page


def test_no_name_becomes_anything_but_text(store):
    page = as_html(written(store, "one", "two", own={"question": EVIL, "no such section": "lost"}))
    read = Reading(page)
    assert EVIL in " ".join(read.texts)
    assert not {"script", "iframe", "link", "object", "a"} & set(read.tags)
    assert "default-src 'none'" in page
    assert not re.search(r"https?://", page)
    assert "lost" not in page
    assert "A blue line marks" in page
    assert "A blue line marks" not in as_html(written(store, "one", own={"author": "Ana"}))
    text = as_markdown(written(store, "one", own={"question": EVIL, "author": "Ana *B*"}))
    assert text.splitlines()[2] == "Ana \\*B\\*"
    assert "<script" not in text
    assert "\\[l\\](javascript:x)" in text


def test_own_words_are_paragraphs_points_and_three_marks():
    said = own_words("One **two** *three* `four`\nnext\n\n- a\n- <b>\n\n\n")
    first = "<p>One <strong>two</strong> <em>three</em> <code>four</code><br>next</p>"
    assert said == f"{first}\n<ul><li>a</li><li>&lt;b&gt;</li></ul>"


def test_a_report_speaks_of_the_test_part_once_it_was_opened(store):
    closed, opened = (as_html(written(store, name)) for name in ("one", "two"))
    assert "The test part of this run was never opened." in closed
    assert "test tracks" not in closed
    assert "The test part was opened for 1 configuration." in opened
    assert "validation tracks" not in opened


def test_runs_are_compared_with_their_verdict(store):
    page = as_html(written(store, "two", "one"))
    assert "open the same part of both" in page
    page = as_html(written(store, "one", "odd"))
    assert "They cannot be compared:" in page
    store.submit("three", configure(TINY | {"train.seed": 6}), "third")
    execute("three", 1, store.url)
    page = as_html(written(store, "three", "one"))
    assert re.search("No clear difference|is better than|The same:", page)
    assert "McNemar" in page


def test_limitations_are_those_of_the_run(store):
    found = {name: " ".join(_limits(store, name)) for name in ("one", "odd", "segments")}
    assert "are in both training and test" in found["odd"]
    assert "About 10\u202f% of the labels are wrong on purpose" in found["odd"]
    assert "are in both" not in found["one"]
    assert "are few" in found["one"]
    assert "numbers drawn by a generator" in found["one"]
    assert "do not say who plays" in found["segments"]
    assert "generator" not in found["segments"]


def _limits(store, name):
    report = written(store, name)
    section = next(one for one in report.sections if "limitations" in one.title)
    return section.blocks[-1].sentences


def test_segments_are_judged_by_track_and_a_report_without_its_data_says_so(store):
    page = as_html(written(store, "segments"))
    assert "segments of 36 tracks" in page
    assert re.search(r"\d+ validation tracks \(\d+ segments\)", page)
    store.delete_table(store.run("segments").config.data.table)
    page = as_html(report_of(store, [store.run("segments")]))
    assert "are no longer stored" in page
    assert "Confusion matrix of" in page


def test_the_terminal_writes_a_report_or_says_why_not(store, tmp_path, capsys):
    store.own_words.write("one", "conclusion", "I was **wrong**.")
    out = tmp_path / "a report.md"
    assert main(["report", "one", "--out", str(out)]) == 0
    assert "I was **wrong**." in out.read_text()
    for arguments, why in (
        (["failed"], "The run no / table failed, so there is no report of it: No table is chosen"),
        (["one", "one"], "A run is named twice"),
        (["one", "--out", "x.pdf"], "x.pdf is neither .html nor .md"),
        (["nobody"], "There is no run nobody"),
    ):
        assert main(["report", *arguments]) == 2
        assert why in capsys.readouterr().err


def test_what_the_readme_shows_makes_files(store, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shown = re.findall(r"^\S+ -m genre_core ((?:report|script) .*)$", README.read_text(), re.MULTILINE)
    assert len(shown) == 3
    for line in shown:
        assert main(line.replace("RUN RUN", "one two").replace("RUN", "two").split()) == 0, line
    files = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert set(files) == {"report.html", "second two plain.py", "again.ipynb"}
    assert "The compared runs" in files["report.html"]


def test_own_words_stay_when_a_run_is_trained_again_and_go_with_it(store):
    store.submit("gone", configure(TINY))
    store.own_words.write("gone", "data", " mine ")
    store.own_words.write("gone", "question", "a")
    store.own_words.write("gone", "question", "  ")
    assert store.own_words.of("gone") == {"data": "mine"}
    store.delete("gone")
    assert store.own_words.of("gone") == {}


def test_a_matrix_is_text_for_papers(store):
    matrix = Evaluation.from_json(store.run("one").summary["validation"]).confusion_matrix
    text, latex = matrix_markdown(matrix), matrix_latex(matrix, "50 % & more")
    assert [line.count("|") for line in text.splitlines()] == [6] * 5
    assert latex.count(r"\\") == 4
    assert r"\caption{50 \% \& more}" in latex
    assert str(matrix.counts[0, 0]) in text
    assert confusion(matrix, "tracks", "png").startswith(b"\x89PNG")


@pytest.mark.parametrize(("n", "marks"), [(5, []), (40, ["tall", "long"])])
def test_what_is_too_large_for_a_page_is_printed_across_pages_or_over_a_whole_one(n, marks):
    table = Table(("genre", "tracks"), tuple((f"genre {at}", "1") for at in range(n)))
    matrix = ConfusionMatrix(np.eye(n, dtype=int), tuple(f"genre {at}" for at in range(n)))
    chart = Chart(confusion(matrix, "tracks").decode(), "A matrix")
    page = as_html(Report("One", "About", (Section("Large", (chart, table)),)))
    assert re.findall(r'class="(tall|long)"', page) == marks


def test_nothing_in_a_name_is_read_as_markup():
    assert in_latex("R&B_100% {x} \\ ~^#$") == (
        r"R\&B\_100\% \{x\} \textbackslash{} \textasciitilde{}\textasciicircum{}\#\$"
    )
    assert in_markdown("- a|b *c* <d>\n# e") == r"\- a\|b \*c\* &lt;d&gt; \# e"


def test_cells_that_begin_like_a_formula_are_harmless():
    assert [harmless(cell) for cell in ("=1+1", "+x", "-x", "@x", "x=", -1, None)] == [
        "'=1+1", "'+x", "'-x", "'@x", "x=", -1, None,
    ]  # fmt: skip
    assert as_csv({"=a": ["@b"], "n": [-1.5]}) == "'=a,n\n'@b,-1.5\n"
