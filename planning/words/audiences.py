"""Who may read what is made: the office itself (内部), or everybody (公开)."""

from __future__ import annotations

from typing import Literal, TypeAlias

from planning.words.wording import msgid

Audience: TypeAlias = Literal["internal", "public"]

AUDIENCES: dict[str, Audience] = {
    "公开": "public",
    "public": "public",
    "内部": "internal",
    "internal": "internal",
}
"""The names by which an audience may be asked for."""

AUDIENCE_WORDS: dict[Audience, str] = {
    "public": msgid("For publication"),
    "internal": msgid("Internal"),
}
"""What is printed on everything that is made for an audience."""
