"""The words of N1 in the user's language; data files keep the official Chinese words."""

from __future__ import annotations

from planning.centres.service_people import View
from planning.centres.service_ratio import UrbanResult
from planning.words.wording import Translate, msgid

RESULT_WORDS: dict[UrbanResult, str] = {
    UrbanResult.BOTH: msgid("both columns are met"),
    UrbanResult.STREET_ONLY: msgid("only the subdistrict column is met"),
    UrbanResult.PEOPLE_ONLY: msgid("only the people column is met"),
    UrbanResult.NEITHER: msgid("neither column is met"),
    UrbanResult.NOT_APPLICABLE: msgid("does not apply"),
    UrbanResult.NO_URBAN_LIST: msgid("cannot be judged: no list of urban subdistricts"),
    UrbanResult.NO_PEOPLE: msgid("cannot be judged: no people"),
    UrbanResult.OWNER_UNKNOWN: msgid("cannot be judged: owner not verified"),
}
VIEW_WORDS: dict[View, str] = {
    "declared": msgid("declared areas"),
    "nearest": msgid("nearest centre"),
    "capacity": msgid("within capacities"),
}


def result_word(result: UrbanResult, translate: Translate) -> str:
    """Return a verdict in the user's language."""
    return translate(RESULT_WORDS[result])


def view_word(view: View, translate: Translate) -> str:
    """Return the name of a view of service population in the user's language."""
    return translate(VIEW_WORDS[view])
