"""Write docs/figures.md from the glossary: every figure that people read, with its definition.

`python docs/make_figures.py` rewrites the page; a test fails when it is stale.
"""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from planning.words.figure import MINUTES, Base  # noqa: E402 - after the path
from planning.words.glossary import GLOSSARY  # noqa: E402 - after the path
from planning.words.wording import translator  # noqa: E402 - after the path

PAGE = ROOT / "docs" / "figures.md"
HEAD = """# Figures

<!-- Made by docs/make_figures.py from planning/words/glossary.py: do not edit. -->

Every number that people read is one of these terms on a base. Term and base together are the
identity of a figure: the same identity is the same number on every page, in every file and in both
languages. Where a figure cannot be known it reads *cannot be determined* (无法判定), and its reason
is kept beside it; `—` stands where there is nobody to count, `<10` and `*` where a published count
may not be printed.

The base of a figure says, as far as it applies: {base}.

In HTML a figure stands with `data-figure`, which holds its identity, such as
`coverage_share;mode=walk;minutes=20;state=today`. In a workbook its cell has a defined name, in a
Word document it has a bookmark: both are the term and ten signs of the identity's SHA-256, and a
number behind it where the figure stands more than once.

| Figure | 中文 | Code | Unit | Definition | 定义 |
|---|---|---|---|---|---|
"""
UNITS = {"": "by figure", "wan_yuan": "yuan"}


def page() -> str:
    """Return the page as Markdown."""
    chinese = translator("zh")
    rows = []
    for term, entry in GLOSSARY.items():
        texts = (entry.name, chinese(entry.name))
        names = [text.replace(MINUTES, "N") for text in texts]
        unit = UNITS.get(entry.unit, entry.unit)
        cells = (*names, f"`{term}`", unit, entry.definition, chinese(entry.definition))
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    base = ", ".join(f"`{field.name}`" for field in fields(Base))
    return HEAD.format(base=base) + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
