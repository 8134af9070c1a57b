"""A report as one HTML file, which needs nothing beside itself and prints well, and as Markdown.

Whatever comes from data or from a person is text: it is escaped, and the HTML forbids scripts and loading of any kind.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path

from genre_core.store.schema import Run
from genre_core.takehome.escaping import in_markdown
from genre_core.takehome.made import Made
from genre_core.takehome.naming import file_name
from genre_core.takehome.report import Block, Chart, Code, Own, Points, Report, Section, Table, Text
from genre_core.text import count

LONG, TALL = 20, 450
"""Rows of a table, and points of a chart's height, from which it is printed across pages or over a whole one."""
CSS = Path(__file__).with_name("report.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def as_html(report: Report) -> str:
    """Return a report as one HTML file."""
    title = escape(report.title)
    about = escape(" ".join(filter(None, (report.about, report.marked))))
    author = f'<p class="author">{escape(report.author)}</p>\n' if report.author else ""
    sections = "\n".join(map(_section, report.sections))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{CSS.read_text()}</style>
</head>
<body>
<h1>{title}</h1>
{author}<p class="about">{about}</p>
{sections}
</body>
</html>
"""


def as_markdown(report: Report) -> str:
    """Return a report as Markdown, its charts within it."""
    parts = [f"# {in_markdown(report.title)}", *filter(None, (in_markdown(report.author), in_markdown(report.about)))]
    for section in report.sections:
        parts.append(f"## {section.title}")
        parts += map(_markdown, section.blocks)
    return "\n\n".join(parts) + "\n"


REPORTS: Mapping[str, tuple[str, str, Callable[[Report], str]]] = {
    "report.html": ("html", "text/html", as_html),
    "report.md": ("md", "text/markdown", as_markdown),
}
"""Forms of a report by name: how its files end, their media type, and what writes it."""


def report_file(name: str, runs: Sequence[Run], report: Report) -> Made:
    """Return a report of runs as a file, in the form of that name."""
    end, media_type, written = REPORTS[name]
    more = f" and {count(len(runs) - 1, 'other')}" if len(runs) > 1 else ""
    return Made(f"{file_name(runs[0])}{more} report.{end}", media_type, written(report).encode())


def own_words(text: str) -> str:
    """Return a person's paragraphs as HTML: empty lines part them, `- ` begins a point; **bold**, *italic*, `code`."""
    found = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        if lines and all(line.startswith(("- ", "* ")) for line in lines):
            found.append(f"<ul>{''.join(f'<li>{_marked(line[2:])}</li>' for line in lines)}</ul>")
        elif lines:
            found.append(f"<p>{'<br>'.join(map(_marked, lines))}</p>")
    return "\n".join(found)


def _marked(line: str) -> str:
    line = escape(line)
    line = re.sub(r"`([^`]+)`", r"<code>\1</code>", line)
    line = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", line)
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", line)


def _section(section: Section) -> str:
    blocks = "\n".join(map(_html, section.blocks))
    name = f' id="{escape(section.name)}"' if section.name else ""
    return f"<section{name}>\n<h2>{escape(section.title)}</h2>\n{blocks}\n</section>"


def _html(block: Block) -> str:
    match block:
        case Text(sentence):
            return f"<p>{escape(sentence)}</p>"
        case Points(sentences):
            return f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in sentences)}</ul>"
        case Code(text):
            return f"<pre>{escape(text)}</pre>"
        case Own(text):
            return f'<div class="own">{own_words(text)}</div>'
        case Chart():
            height = re.search(r'\bheight="([\d.]+)pt"', block.svg)
            mark = ' class="tall"' if height and float(height[1]) > TALL else ""
            return f'<figure><img{mark} alt="{escape(block.alt)}" src="{_data(block)}"></figure>'
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    def row(cells: tuple[str, ...], tag: str) -> str:
        marks = (' class="number"' if at >= table.right else "" for at in range(len(cells)))
        inside = (f"<{tag}{mark}>{escape(cell)}</{tag}>" for cell, mark in zip(cells, marks, strict=True))
        return f"<tr>{''.join(inside)}</tr>"

    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    body = "".join(row(cells, "td") for cells in table.rows)
    mark = ' class="long"' if len(table.rows) > LONG else ""
    return f"<table{mark}>{caption}<thead>{row(table.header, 'th')}</thead><tbody>{body}</tbody></table>"


def _markdown(block: Block) -> str:
    match block:
        case Text(sentence):
            return in_markdown(sentence)
        case Points(sentences):
            return "\n".join(f"- {in_markdown(one)}" for one in sentences)
        case Code(text):
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
            return f"{fence}\n{text}\n{fence}"
        case Own(text):
            return text.strip().replace("&", "&amp;").replace("<", "&lt;")
        case Chart():
            return f"![{in_markdown(block.alt)}]({_data(block)})"
        case Table():
            marks = ["---:" if at >= block.right else "---" for at in range(len(block.header))]
            lines = [marks, *([in_markdown(cell) for cell in cells] for cells in block.rows)]
            head = f"| {' | '.join(map(in_markdown, block.header))} |"
            table = "\n".join([head, *(f"| {' | '.join(cells)} |" for cells in lines)])
            return f"{table}\n\n{in_markdown(block.caption)}" if block.caption else table


def _data(chart: Chart) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(chart.svg.encode()).decode()}"
