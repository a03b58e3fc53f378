"""Units of figures and how an amount of each is written: here alone are figures rounded."""

from __future__ import annotations

from typing import Literal, TypeAlias

from planning.words.figures import minutes_text, people_text, share_percent, share_text
from planning.words.wording import Translate, msgid

Unit: TypeAlias = Literal[
    "",
    "people",
    "count",
    "share",
    "minutes",
    "metres",
    "yuan",
    "wan_yuan",
    "people_per_centre",
    "institutions",
    "kinds",
    "beds",
    "life_years",
    "per_100000",
    "per_1000",
    "units",
    "persons",
    "persons_rate",
    "ratio",
    "weighted_people",
    "people_twice",
    "expected_people",
    "person_minutes",
]
"""Unit of a value; money is always in yuan, `wan_yuan` is written in 万元.

`people` are written bare, for the place says what they are; `persons` with the word, and
`persons_rate` (of 1,000 or 10,000) with decimals, too.
"""

UNIT_WORDS: dict[Unit, str] = {
    "yuan": msgid("yuan"),
    "people_per_centre": msgid("people a centre"),
    "institutions": msgid("institution(s)"),
    "kinds": msgid("kinds"),
    "beds": msgid("beds"),
    "life_years": msgid("years of life"),
    "per_100000": msgid("per 100,000"),
    "per_1000": msgid("per 1,000"),
    "units": msgid("units"),
    "persons": msgid("people"),
    "persons_rate": msgid("people"),
    "weighted_people": msgid("weighted people"),
    "people_twice": msgid("people covered twice"),
    "expected_people": msgid("expected people"),
    "person_minutes": msgid("person-minutes"),
}
"""Units that are written behind the amount; of people, minutes and counts the place says it."""

WHOLE: frozenset[Unit] = frozenset(
    {
        "people",
        "count",
        "metres",
        "yuan",
        "people_per_centre",
        "institutions",
        "persons",
        "weighted_people",
        "people_twice",
        "expected_people",
        "person_minutes",
    }
)


def amount_text(value: float, unit: Unit, translate: Translate) -> str:
    """Return a value in its unit as people read it.

    >>> amount_text(4_146_667.0, "wan_yuan", lambda text: text)
    '414.67 (10,000 yuan)'
    >>> amount_text(3.504, "per_1000", lambda text: text)
    '3.5 per 1,000'
    """
    if unit == "share":
        return share_text(value)
    if unit == "minutes":
        return minutes_text(value)
    if unit == "wan_yuan":
        return translate("{amount:,.2f} (10,000 yuan)").format(amount=value / 10_000)
    number = people_text(value) if unit in WHOLE else f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{number} {translate(UNIT_WORDS[unit])}" if unit in UNIT_WORDS else number


def excel_format(unit: Unit) -> str | None:
    """Return the number format of a workbook that writes an amount as `amount_text` does.

    None where no format can (units of words, ten thousands): the text itself is the format then.
    """
    if unit in {"people", "count", "metres"}:
        return "#,##0"
    return {"share": "0.00 %", "minutes": "0.0"}.get(unit)


def rounded_amount(value: float, unit: Unit) -> float:
    """Return an amount rounded as `amount_text` writes it; a share in per cent.

    >>> rounded_amount(0.999999, "share"), rounded_amount(12.6, "people")
    (99.99, 13)
    """
    if unit == "share":
        return share_percent(value) or 0.0
    if unit == "wan_yuan":
        return round(value / 10_000, 2)
    if unit in WHOLE:
        return round(value)
    return round(value, 1 if unit == "minutes" else 2)
