"""Words that fill the sentences of findings: every one of ours is known to the catalogues."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.errors import MESSAGES, unreadable
from data.messages.words import BEGINNINGS, WORDS, worded

ROOT = Path(__file__).parents[2]
FOLDERS = ("geo", "data", "planning")

PARAMS = frozenset(
    {"expected", "actual", "reason", "method", "confidence", "role", "usual", "column_name"}
)
"""Parameters that our own words may fill; the others are names, numbers and words of the user."""

CALLS = frozenset({"unreadable", "wrong_content", "BusyError", "_WrongTypeError", "AddressError"})
"""Calls whose arguments become words of findings."""
NAMES = frozenset(
    {
        *(
            "CSV",
            "JSON",
            "TOML",
            "XLSX",
            "GeoTIFF",
            "GeoParquet",
            "Parquet",
            "KMZ",
            "ZIP",
            "OSM",
            "DXF",
        ),
        *("OSMnx GraphML", "‰", "/10万", ">= 1", ""),
    }
)
"""Names of formats and signs, the same in every language."""

FIELD = re.compile(r"\{([a-z_0-9]+)")


def literals(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an expression may be: each arm of a choice, the start of an f-string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield str(node.values[0].value)
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from literals(value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from literals(node.left)


def said_in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of every word of ours that a module puts into a finding."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            name, value = node.elts
            if isinstance(name, ast.Constant) and name.value in PARAMS:
                yield from ((node.lineno, text) for text in literals(value))
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if called in {"row_finding", "report", "_places", "facility_finding"}:
            for word in node.keywords:
                if word.arg in PARAMS:
                    yield from ((node.lineno, text) for text in literals(word.value))
        if called in {
            "unreadable",
            "wrong_content",
            "BusyError",
            "_WrongTypeError",
            "AddressError",
        }:
            for argument in node.args:
                yield from ((node.lineno, text) for text in literals(argument))


def test_every_word_of_ours_is_translated() -> None:
    unknown = []
    for path in sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py")):
        for line, text in said_in(ast.parse(path.read_text(encoding="utf-8"))):
            is_begun = text.startswith((*BEGINNINGS, "servicecircle."))
            is_key = text.isidentifier() and "_" in text
            if not (is_begun or is_key or text in WORDS or text in NAMES):
                unknown.append(f"{path.relative_to(ROOT)}:{line}: {text}")
    assert not unknown, "\n".join(unknown)


def test_rules_of_values_say_known_words() -> None:
    from data.study.file import _VALUE_RULES

    assert {expected for _, expected, _ in _VALUE_RULES} <= WORDS


def test_beginnings_end_where_the_rest_begins() -> None:
    assert all(beginning.endswith(": ") for beginning in BEGINNINGS)
    params = (("reason", "its version is too old: 1"), ("words", "甲"), ("count", 2))
    said = worded(params, lambda text: f"<{text}>")
    assert said == {"reason": "<its version is too old: >1", "words": "甲", "count": 2}


def test_words_of_other_programs_are_marked_and_hide_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    fault = unreadable(path, "KML", ValueError(f"{path}: bad magic"))
    assert (
        dict(fault.findings[0].params)["reason"]
        == "the program that reads it says: a.kml: bad magic"
    )


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_messages_are_whole(code: str) -> None:
    message = MESSAGES[code]
    assert message.severity in {"error", "warning", "note"}
    assert not message.text.endswith("."), "full stops are put where sentences are joined"
    assert message.severity == "note" or message.fix, "what is wrong can be mended"
    fields = dict.fromkeys(FIELD.findall(message.text + message.fix), 1)
    message.text.format(**fields)
    message.fix.format(**fields)
