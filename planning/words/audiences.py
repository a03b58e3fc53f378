"""Who may read what is made: the office (内部), everybody (公开), reviewers of maps (送审)."""

from __future__ import annotations

from typing import Literal, TypeAlias

from planning.words.wording import msgid

Audience: TypeAlias = Literal["public", "review", "internal"]

AUDIENCES: dict[str, Audience] = {
    "公开": "public",
    "public": "public",
    "送审": "review",
    "review": "review",
    "内部": "internal",
    "internal": "internal",
}
"""The names by which an audience may be asked for."""

AUDIENCE_WORDS: dict[Audience, str] = {
    "public": msgid("For publication"),
    "review": msgid("For map review"),
    "internal": msgid("Internal"),
}
"""What an audience is called where one is chosen."""

WITHOUT_MAPS = msgid("For publication (without maps)")
NOT_REVIEWED = msgid("Copy for map review: no review number yet, not for publication")
FOR_THE_OFFICE = msgid("For internal use, not for publication")


def shows_maps(audience: Audience, review_number: str) -> bool:
    """Return whether a copy holds maps: one for publication only with their review number.

    >>> shows_maps("public", ""), shows_maps("public", "浙S(2026)1号"), shows_maps("review", "")
    (False, True, True)
    """
    return audience != "public" or bool(review_number)


def copy_mark(audience: Audience, review_number: str) -> str:
    """Return what is printed in the head of everything that is made (a message id).

    >>> copy_mark("public", ""), copy_mark("review", "浙S(2026)1号")
    ('For publication (without maps)', 'For publication')
    """
    if audience == "internal":
        return AUDIENCE_WORDS["internal"]
    if review_number:
        return AUDIENCE_WORDS["public"]
    return WITHOUT_MAPS if audience == "public" else AUDIENCE_WORDS["review"]


def map_mark(audience: Audience, review_number: str) -> str:
    """Return the warning that every map carries (a message id); "" where it may be published.

    >>> map_mark("internal", "浙S(2026)1号"), map_mark("review", "浙S(2026)1号")
    ('For internal use, not for publication', '')
    """
    if audience == "internal":
        return FOR_THE_OFFICE
    return "" if review_number else NOT_REVIEWED
