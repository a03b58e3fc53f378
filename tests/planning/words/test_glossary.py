"""The glossary: its page is fresh, and every term of it is made by some room."""

import ast
import importlib.util
from pathlib import Path

from planning.words.glossary import GLOSSARY

ROOT = Path(__file__).parents[3]
SPEC = importlib.util.spec_from_file_location("make_figures", ROOT / "docs" / "make_figures.py")
make_figures = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(make_figures)


def test_the_page_of_figures_is_fresh():
    assert make_figures.PAGE.read_text(encoding="utf-8") == make_figures.page()


def test_every_term_is_made_in_a_room():
    said = set()
    for path in (ROOT / "planning").rglob("*.py"):
        if path.name != "glossary.py":
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            said |= {
                n.value for n in nodes if isinstance(n, ast.Constant) and str(n.value) in GLOSSARY
            }
    assert set(GLOSSARY) - said == set()
