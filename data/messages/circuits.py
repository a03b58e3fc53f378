"""Messages of circuits: what tables of stops, teams and times can get wrong."""

from __future__ import annotations

from geo.errors import Message

CIRCUIT_MESSAGES: dict[str, Message] = {
    "table_number": Message(
        "error",
        "{count} cells are not numbers of 0 or more",
        "Write plain numbers such as 30 or 7.5.",
    ),
    "circuit_visits": Message(
        "error",
        "{count} stops do not have a whole number of 1 or more visits",
        "Write how often the stop is visited within the days of the plan.",
    ),
    "circuit_window": Message(
        "error",
        "{count} windows close before they open",
        "Write `open` and `close` in minutes after the start of the shift.",
    ),
    "circuit_pattern": Message(
        "error",
        "no combination of days in `{text}` has {visits} different days within {days} days",
        "Join the days of one combination with | and combinations with ;, or leave the cell empty.",
    ),
    "circuit_pattern_unread": Message(
        "error",
        "`{text}` is no list of days",
        "Join the days of one combination with | and combinations with ;, such as 1|3;2|4.",
    ),
    "circuit_vehicles": Message(
        "error",
        "{count} teams do not have a whole number of 1 or more vehicles",
        "Write how many vehicles can be out at once, or leave the team out.",
    ),
    "circuit_base_is_stop": Message(
        "error",
        "{count} ids name a base and a stop: {first}",
        "Give bases and stops different ids.",
    ),
    "circuit_base_without_times": Message(
        "error",
        "{count} places have no times at all, bases among them: {first}",
        "Add their rows to the table of times, or correct the ids.",
    ),
    "circuit_no_times": Message(
        "warning",
        "{count} stops have no times at all: {first}",
        "Add their rows to the table of times; until then they are not served.",
    ),
    "circuit_times_unused": Message(
        "note",
        "{count} rows of times name places that are neither stops nor bases",
        "Correct the ids, or leave these rows out.",
    ),
}
