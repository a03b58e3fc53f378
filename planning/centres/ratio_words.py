"""The words of N1 in the user's language; data files keep the official Chinese words."""

from __future__ import annotations

from planning.centres.norms import SizeStatus
from planning.centres.service_people import View
from planning.centres.urban_verdict import ColumnStatus, Oversized, UrbanResult, UrbanVerdict
from planning.words.figures import people_text
from planning.words.wording import Translate, msgid

RESULT_WORDS: dict[UrbanResult, str] = {
    UrbanResult.BOTH: msgid("met (both columns)"),
    UrbanResult.STREET_ONLY: msgid("met (by subdistrict)"),
    UrbanResult.PEOPLE_ONLY: msgid("met (by people)"),
    UrbanResult.STREET_NOT_PEOPLE: msgid("not reached: by subdistrict alone"),
    UrbanResult.PEOPLE_NOT_STREET: msgid("not reached: by people alone"),
    UrbanResult.NEITHER: msgid("not reached (aim)"),
    UrbanResult.NOT_APPLICABLE: msgid("does not apply"),
    UrbanResult.NO_URBAN_LIST: msgid("cannot be judged: no list of urban subdistricts"),
    UrbanResult.NO_STREETS: msgid("cannot be judged: not at the level of subdistricts"),
    UrbanResult.NO_PEOPLE: msgid("cannot be judged: no people"),
    UrbanResult.OWNER_UNKNOWN: msgid("cannot be judged: owner not verified"),
    UrbanResult.NO_POINTS: msgid("cannot be judged: no point counts"),
}
COLUMN_WORDS: dict[ColumnStatus, str] = {
    ColumnStatus.MET: msgid("reached"),
    ColumnStatus.NOT_MET: msgid("not reached"),
    ColumnStatus.UNKNOWN: msgid("cannot be judged"),
    ColumnStatus.NOT_APPLICABLE: msgid("not asked"),
}
READING_WORDS: dict[str, str] = {
    "or": msgid("one of the two columns is enough (assumption)"),
    "and": msgid("both columns are asked for (assumption)"),
}
VIEW_WORDS: dict[View, str] = {
    "declared": msgid("declared areas"),
    "nearest": msgid("nearest centre"),
    "capacity": msgid("within capacities"),
}


def result_word(result: UrbanResult, translate: Translate) -> str:
    """Return a headline in the user's language."""
    return translate(RESULT_WORDS[result])


def view_word(view: View, translate: Translate) -> str:
    """Return the name of a view of service population in the user's language."""
    return translate(VIEW_WORDS[view])


def verdict_sentence(row: UrbanVerdict, translate: Translate) -> str:
    """Return the headline with both columns and every centre above the bound, as one line."""
    headline = result_word(row.result, translate)
    if row.result in {UrbanResult.NOT_APPLICABLE, UrbanResult.NO_POINTS}:
        return headline
    parts = [headline, street_sentence(row, translate), people_sentence(row, translate)]
    if row.street is ColumnStatus.MET and row.size is SizeStatus.OVER:
        parts.append(
            translate("more than {people} people: add a branch or a station").format(
                people=amount_text(row.bounds.upper_people, translate)
            )
        )
    return translate("; ").join(parts)


def street_sentence(row: UrbanVerdict, translate: Translate) -> str:
    """Return the subdistrict column in words."""
    return translate("by subdistrict: {status}").format(status=translate(COLUMN_WORDS[row.street]))


def people_sentence(row: UrbanVerdict, translate: Translate) -> str:
    """Return the people column in words: the average, and who is above the bound by itself."""
    status = translate(COLUMN_WORDS[row.people])
    if row.people_per_centre is None:
        said = translate("by people: {status}").format(status=status)
    else:
        said = translate("by people: {status} (average {people})").format(
            status=status, people=amount_text(row.people_per_centre, translate)
        )
    if not row.oversized:
        return said
    return translate("{column}, {count} of them above {people}: {centres}").format(
        column=said,
        count=len(row.oversized),
        centres=translate(", ").join(_centre_words(centre, translate) for centre in row.oversized),
        people=amount_text(row.bounds.upper_people, translate),
    )


def amount_text(people: float, translate: Translate) -> str:
    """Return people for a sentence: in full, in Chinese in units of 10,000.

    >>> amount_text(150_000.0, lambda text: text), amount_text(80_000.0, lambda text: "万")
    ('150,000', '8万')
    """
    if translate("All people").isascii():
        return people_text(people)
    return f"{people / 10_000:.4g}万"


def _centre_words(centre: Oversized, translate: Translate) -> str:
    return translate("{centre} ({people})").format(
        centre=centre.name, people=amount_text(centre.people, translate)
    )
