"""Collect the message ids of the program and refresh the catalogues in planning/locale.

`python docs/make_words.py` rewrites both .po files (translations are kept, new ids come in empty)
and compiles the .mo files. A test runs the same functions and fails when a catalogue is stale or
incomplete. Further .po files named on the command line lend their translations to empty ids.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "planning" / "locale"
SOURCES = ("planning", "app_pages", "data", "geo")
MARKERS = {"_", "translate", "msgid", "say", "t"}
MESSAGE_TABLES = {"Message"}
CATALOGUES = ("zh_CN", "en")
FIXED_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def message_ids() -> list[str]:
    """Return every message id in the sources, sorted.

    An id is the first argument of a marker function, or a text of a `Message(severity, text, fix)`.
    """
    found = set()
    for path in sorted(p for folder in SOURCES for p in (ROOT / folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            found.update(_ids_of(call))
    found.discard("")
    return sorted(found)


def _ids_of(call: ast.Call) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name in MARKERS and call.args:
        yield from _text(call.args[0])
    if name in MESSAGE_TABLES:
        texts = [*call.args[1:], *(word.value for word in call.keywords if word.arg != "severity")]
        for text in texts:
            yield from _text(text)


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def catalogue(locale: str, ids: list[str], lent: dict[str, str] | None = None) -> Catalog:
    """Return the catalogue of a locale with exactly these ids; English translates itself."""
    path = po_path(locale)
    known = read_po(io.BytesIO(path.read_bytes()), locale=locale) if path.exists() else Catalog()
    fresh = Catalog(locale=locale, project="servicecircle", charset="utf-8", fuzzy=False)
    fresh.creation_date = fresh.revision_date = FIXED_DATE
    for text in ids:
        entry = known.get(text)
        translated = entry.string if entry is not None and entry.string else ""
        translated = translated or (lent or {}).get(text, "")
        fresh.add(text, text if locale == "en" else translated)
    return fresh


def po_path(locale: str) -> Path:
    """Return the source file of a catalogue."""
    return LOCALE / locale / "LC_MESSAGES" / "servicecircle.po"


def compiled(source: Catalog) -> bytes:
    """Return the compiled form of a catalogue."""
    buffer = io.BytesIO()
    write_mo(buffer, source)
    return buffer.getvalue()


def written(source: Catalog) -> bytes:
    """Return the source form of a catalogue."""
    buffer = io.BytesIO()
    write_po(buffer, source, width=100, no_location=True, sort_output=True)
    return buffer.getvalue()


def translations(path: Path) -> dict[str, str]:
    """Return the translations of one .po file."""
    entries = read_po(io.BytesIO(path.read_bytes()))
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}


def main(lenders: list[str]) -> int:
    """Refresh the catalogues; list the ids without a Chinese translation."""
    ids = message_ids()
    lent = {text: said for name in lenders for text, said in translations(Path(name)).items()}
    for locale in CATALOGUES:
        fresh = catalogue(locale, ids, lent if locale == "zh_CN" else None)
        path = po_path(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(fresh))
        path.with_suffix(".mo").write_bytes(compiled(fresh))
        missing = [entry.id for entry in fresh if entry.id and not entry.string]
        sys.stdout.write(f"{locale}: {len(ids)} ids, {len(missing)} without a translation\n")
        sys.stdout.writelines(f"  {text!r}\n" for text in missing)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
