"""Texts from files and people, shown as they are: Streamlit reads most of its texts as Markdown."""

from __future__ import annotations

import re

_SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=@/\"'])")


def plain(text: str) -> str:
    r"""Return a text that Markdown shows letter by letter: no link, picture, colour or formula.

    >>> print(plain("![a](http://b) *c* $d$"))
    \!\[a\]\(http\:\/\/b\) \*c\* \$d\$
    """
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))
