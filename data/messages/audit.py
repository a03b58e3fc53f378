"""What each finding of the audit means: severity, sentence and fix, in English."""

from __future__ import annotations

from geo.errors import Message

AUDIT_MESSAGES: dict[str, Message] = {
    "service_word_unclear": Message(
        "note",
        "`{word}` may mean {service} or something else and decides nothing",
        "Write the service in the words of the template, with (停), (在建) or (在购) where it is "
        "not in use.",
    ),
    "cells_on_water": Message(
        "warning",
        "{count} places with people lie on water",
        "Check the water layer and the coordinate system of the population.",
    ),
    "people_repeated": Message(
        "warning",
        "{count} rows count as many people at the same place as an earlier row",
        "Remove the copies, or place the people of each unit at its own point.",
    ),
    "cells_off_road": Message(
        "warning",
        "{count} places with people have no road for the mode `{mode}` within {limit_m} m",
        "Complete the roads there, or read the figures of these places with care.",
    ),
    "people_on_islands": Message(
        "warning",
        "{count} places with people hang on pieces of road without a link for the mode `{mode}`",
        "Check for missing bridges, ferries and gaps in the roads.",
    ),
    "roads_end_here": Message(
        "warning",
        "{count} places with people lie beyond the roads of the file",
        "Use a road file that reaches well beyond the boundary.",
    ),
    "roads_end_at_boundary": Message(
        "note",
        "roads stop within {margin_m} m of {share_percent} % of the boundary: facilities beyond it "
        "may be out of reach",
        "Use a road file that reaches some kilometres beyond the boundary.",
    ),
    "zone_people_differ": Message(
        "warning",
        "{count} zones differ from their census by more than {limit_percent} %: {zones}",
        "Calibrate with [calibration], or check boundary and years.",
    ),
    "zones_overlap": Message(
        "warning",
        "{count} pairs of zones overlap by {area_ha} ha: {zones}",
        "Mend the borders; people there were given to the zone with the lower code.",
    ),
    "zones_gap": Message(
        "warning",
        "there are {count} gaps of {area_ha} ha between zones",
        "Mend the borders, or add the missing zone; people there count as outside.",
    ),
    "zones_empty": Message(
        "warning", "nobody lives in {count} zones", "Check boundary and population file."
    ),
    "villages_empty": Message(
        "note",
        "{count} villages have people by their table but none in the population file",
        "Check their place and the population file.",
    ),
    "villages_differ": Message(
        "note",
        "villages add up to {listed} people by their table, to {counted} by the population file",
        "State which of them the study means.",
    ),
    "same_name_near": Message(
        "warning",
        "{count} institutions bear the name of another within {limit_m} m: {names}",
        "Remove the copies, or give branches names of their own.",
    ),
    "same_place": Message(
        "note",
        "{count} institutions stand where another one stands: {names}",
        "Check their places.",
    ),
    "stacked_places": Message(
        "warning",
        "{count} institutions share {points} points with four or more others",
        "Such points are often the town hall: give each institution its own place.",
    ),
    "coarse_places": Message(
        "warning",
        "{count} institutions have coordinates of two decimals or less: up to 700 m off",
        "Take coordinates with at least four decimals.",
    ),
    "facility_other_unit": Message(
        "warning",
        "{count} institutions lie outside the unit of their own division code",
        "Check coordinates, code and coordinate system.",
    ),
    "facility_on_water": Message(
        "warning", "{count} institutions stand in water", "Check their coordinates."
    ),
    "facility_off_road": Message(
        "warning",
        "{count} institutions have no road within {limit_m} m: nobody reaches them",
        "Check their coordinates, or complete the roads.",
    ),
    "facility_closed": Message("note", "{count} institutions are closed and count nowhere"),
    "facility_future": Message(
        "note", "{count} institutions are planned, under construction or open later than {as_of}"
    ),
    "facility_dates_contradict": Message(
        "warning",
        "{count} institutions have a status that their dates contradict",
        "Correct status or dates: a date that is known decides.",
    ),
    "staff_implausible": Message(
        "warning",
        "{count} institutions have more {column_name} than their kind can have (over {limit})",
        "Check the figure and its unit.",
    ),
    "staff_fraction": Message(
        "warning", "{count} institutions have parts of a {column_name}", "Write whole numbers."
    ),
    "gps_above_doctors": Message(
        "warning",
        "{count} institutions have more general practitioners than doctors",
        "Check both columns: general practitioners are doctors, too.",
    ),
    "village_doctors_ageing": Message(
        "note",
        "of {known} village doctors whose birth is known, {sixty} are 60 and {sixty_five} are 65 by"
        " {year}; {alone} clinics have no other",
        "Plan their successors; state `sole_doctor_exit_year` to see who loses the circle.",
    ),
    "owner_contradicts": Message(
        "warning",
        "{count} institutions are run by the government by their owner and private by their"
        " economic type",
        "Correct one of the two: the ratio of people to centres rests on it.",
    ),
    "weekday_unknown": Message(
        "warning",
        "{count} stops name a day that no week has, such as `{text}`",
        "Write 周一 to 周日, or Mo to Su.",
    ),
    "open_days_contradict_hours": Message(
        "warning",
        "{count} institutions state more or fewer days a week than their opening hours have",
        "Correct the days or the hours; the stated days are used.",
    ),
    "open_days_implausible": Message(
        "warning", "{count} institutions are open more than 7 days a week", "Correct them."
    ),
    "year_implausible": Message(
        "warning", "{count} years are before 1950 or after 2100", "Correct them."
    ),
    "parent_missing": Message(
        "warning",
        "{count} institutions name one that is not in the list: {words}",
        "Correct the ids, or add the institution.",
    ),
    "names_strange": Message(
        "note", "{count} names hold signs of a program or a formula; they are shown as text"
    ),
    "value_slip": Message(
        "warning",
        "{count} values are 10, 100 or 1,000 times what numerator and denominator give",
        "Check the unit: %, ‰ and per 100,000 are often taken for each other.",
    ),
    "value_differs": Message(
        "warning",
        "{count} values are not what numerator and denominator give",
        "Check all three.",
    ),
    "unit_slip": Message(
        "warning",
        "{count} values are in % where the figure is counted in {usual}: {words}",
        "Check the source: 1.63 % would be 16.3 ‰.",
    ),
    "share_above_one": Message(
        "warning", "{count} shares are above 100 %", "Check numerator, denominator and unit."
    ),
    "two_values": Message(
        "warning",
        "{count} figures have two different values for the same place and year: {words}",
        "Say which of them holds; both are kept.",
    ),
    "code_old": Message(
        "warning",
        "{count} division codes were replaced: {words}",
        "Write the codes of today.",
    ),
    "years_apart": Message(
        "warning",
        "{first} is of {first_year}, {second} of {second_year}",
        "Boundaries and people of different years do not add up: use the same year.",
    ),
    "data_stale": Message(
        "note",
        "{role} is of {date}, {years} years before the study",
        "Use newer data, or say in the report why not.",
    ),
}
