"""What each finding of the readers means: severity, sentence and fix, in English."""

from __future__ import annotations

from geo.errors import Message

STUDY_MESSAGES: dict[str, Message] = {
    "study_missing": Message(
        "error",
        "there is no study file {path}",
        "`servicecircle new DIR` writes one to start from.",
    ),
    "study_encoding": Message(
        "error", "the study file is not UTF-8 text", "Save it as UTF-8 and rerun."
    ),
    "study_file_missing": Message(
        "error",
        "`{key}`: there is no file {path}",
        "Correct the path (it is relative to the study file).",
    ),
    "file_exists": Message(
        "error", "the file exists already and is left as it is", "Choose another folder."
    ),
    "file_not_writable": Message(
        "error", "the file cannot be written: {reason}", "Choose another folder."
    ),
}

POSITION_MESSAGES: dict[str, Message] = {
    "crs_missing": Message(
        "error",
        "the layer states no coordinate system",
        'State it in the study file, such as `crs = "EPSG:4490"`.',
    ),
    "crs_overruled": Message(
        "warning",
        "the study says {stated}, the file says {written}; the study was followed",
        "Remove `crs` from the study if the file is right.",
    ),
    "crs_does_not_fit": Message(
        "error", "coordinates do not fit {crs}", "Correct `crs` or the coordinates."
    ),
    "position_missing": Message(
        "error",
        "there is neither geometry nor columns of longitude and latitude; there are: {available}",
        'Map them with `columns = {{ lon = "...", lat = "..." }}`.',
    ),
    "position_north_first": Message(
        "note",
        "the first of the two metric coordinates is the northing, as surveyors write them; they"
        " were read so",
    ),
    "position_zone": Message(
        "note",
        "the zone {zone} stands in front of the eastings and not in {crs}, or the other way round;"
        " they were read by what they are",
    ),
    "position_local": Message(
        "error",
        "the coordinates are metres of a local system (of a city), whose origin only its surveyors"
        " know",
        "Have them converted to CGCS2000 by the surveyors of the city (自然资源部门, 测绘), or give"
        " longitudes and latitudes.",
    ),
    "position_half": Message(
        "warning", "{count} rows have only one of two coordinates", "Complete them."
    ),
    "position_not_number": Message(
        "warning", "{count} coordinates are not numbers and count as not stated", "Correct them."
    ),
    "position_zero": Message(
        "warning", "{count} rows lie at 0, 0 and count as without coordinates", "Correct them."
    ),
    "position_swapped": Message(
        "error",
        "{count} rows have longitude and latitude the wrong way round",
        "Swap the two columns in `columns`, or correct the rows.",
    ),
    "position_not_degrees": Message(
        "error",
        "{count} rows are not degrees of longitude and latitude, such as {example}",
        'If they are metres, state their system, perhaps `crs = "{crs}"`.',
    ),
    "coordinates_converted": Message(
        "note", "{count} rows were converted from {system} to WGS 84, as stated"
    ),
    "coordinates_unknown": Message(
        "warning",
        "{count} rows name a coordinate system that is not understood",
        "Write WGS84, GCJ02 or BD09.",
    ),
    "coordinates_ignored": Message(
        "warning",
        "`coordinates` is not used: files of this kind are in the system that they state",
        "Remove it, or state the system as `crs`.",
    ),
    "coordinates_suspected": Message(
        "warning",
        "the coordinates look like {found}, not {stated}: they would move by {shift_m} m, "
        "{minutes} minutes on foot",
        'Check on the map; then state `coordinates = "{found}"`, or "{stated}" if they are right.',
    ),
    "coordinates_ask": Message(
        "error",
        "the coordinates look like {found}, not {stated}: they would move by {shift_m} m, "
        "{minutes} minutes on foot; nothing was converted",
        'Check on the map and state `coordinates = "{found}"` (or "{stated}") instead of "auto".',
    ),
    "coordinates_mixed": Message(
        "warning",
        "the rows are not in one coordinate system; by groups of rows: {groups}",
        "Check on the map; state the system row by row in a column 坐标系.",
    ),
    "coordinates_mixed_ask": Message(
        "error",
        "the rows are not in one coordinate system; by groups of rows: {groups}; nothing was"
        " converted",
        "Check on the map; state the system row by row in a column 坐标系.",
    ),
    "coordinates_as_sibling": Message(
        "note", "the rows tell no coordinate system; {other}, of the same source, fits {system}"
    ),
    "coordinates_undetermined_people": Message(
        "warning",
        "{count} rows do not tell which system their coordinates are in; they were taken as WGS 84:"
        " {gcj02} people would change side of the circle if they are GCJ-02 (Amap, Tencent),"
        " {bd09} if they are BD-09 (Baidu) ({mode}, {limit} min)",
        "Ask where the coordinates come from, and state `coordinates`.",
    ),
    "coordinates_suspected_people": Message(
        "warning",
        "the coordinates look like {found}, not {stated}: they would move by {shift_m} m, "
        "{minutes} minutes on foot, and {changed} people would change side of the circle"
        " ({mode}, {limit} min)",
        'Check on the map; then state `coordinates = "{found}"`, or "{stated}" if they are right.',
    ),
    "coordinates_mixed_people": Message(
        "warning",
        "the rows are not in one coordinate system; by groups of rows: {groups};"
        " {changed} people would change side of the circle if each group is read in its own"
        " ({mode}, {limit} min)",
        "Check on the map; state the system row by row in a column 坐标系.",
    ),
    "coordinates_fit": Message("note", "the coordinates fit {system}"),
    "coordinates_undetermined": Message(
        "warning",
        "{count} rows do not tell which system the coordinates are in; they were taken as WGS 84",
        "Ask where the coordinates come from, and state `coordinates`.",
    ),
    "coordinates_odd": Message(
        "warning",
        "{count} rows fit another coordinate system better than the rest of the file",
        "Check them on the map; a column 坐标系 states the system row by row.",
    ),
    "row_nowhere": Message("error", "{count} rows have no coordinates", "Add them."),
    "layer_not_polygons": Message(
        "error", "{count} rows are not polygons", "Use a layer of areas, or of points only."
    ),
    "polygon_mended": Message(
        "warning", "{count} borders cross themselves and were mended", "Check them on the map."
    ),
}

PLACE_MESSAGES: dict[str, Message] = {
    "raster_no_crs": Message(
        "error",
        "the raster states no coordinate system",
        'State it in the study file, such as `crs = "EPSG:4326"`.',
    ),
    "raster_no_position": Message(
        "error", "the raster does not say where its cells lie", "Save it as GeoTIFF with position."
    ),
    "raster_density": Message(
        "error",
        "the raster says that it holds people per area, not people per cell",
        "Multiply each cell by its area (km2 of the cell times people per km2) and save counts.",
    ),
    "raster_web_mercator": Message(
        "warning",
        "the raster is in Web Mercator: it was probably warped, and warping counts loses people",
        "Compare its sum with the source, or use the raster as it was published.",
    ),
    "people_not_read": Message(
        "note", "people in cells beyond `population.window_km` were left out, as the study states"
    ),
    "raster_bands": Message(
        "error", "the raster has {count} bands", "Save one band of people per cell."
    ),
    "raster_has_no_columns": Message(
        "error", "`population.column` is set but the population is a raster", "Remove `column`."
    ),
    "raster_too_large": Message(
        "error", "the raster has {rows} x {columns} cells", "Cut it to the county and around."
    ),
    "raster_too_many_cells": Message(
        "error",
        "more than {limit} cells hold people",
        "Cut the raster to the county, or state `window_km = 30` in [population] (needs zones).",
    ),
    "raster_negative": Message(
        "error",
        "{count} cells are negative (lowest {lowest})",
        "Correct the cells, or state the number that means no value: `nodata = {lowest}` in"
        " [population].",
    ),
    "raster_no_value": Message(
        "error",
        "{count} cells hold {number}, far more than any other: it stands for no value",
        "State `nodata = {number}` in [population], or set the nodata value of the raster.",
    ),
    "raster_cell_absurd": Message(
        "error",
        "{count} cells hold more people than a census can count there, such as {people} on"
        " {area_ha} ha (at most {limit_per_ha} per hectare)",
        "Check the unit, the scale and the nodata value of the raster; state the number that means"
        " no value as `nodata` in [population].",
    ),
    "raster_unit_unknown": Message(
        "error",
        "the raster says that its unit is `{unit}`, not people",
        "Use a raster of people per cell, or correct its unit.",
    ),
    "people_unlike_census": Message(
        "warning",
        "{people} people live in the zones by this file, {census} by their census ({percent} %)",
        "Check that both are of one year and one definition; [calibration] brings the file to the"
        " census.",
    ),
    "people_not_the_census": Message(
        "error",
        "{people} people live in the zones by this file, {census} by their census: these are not"
        " the same people",
        "Check the unit, the scale and the nodata value of the file, and the unit of the census.",
    ),
    "population_empty": Message("error", "nobody lives anywhere in this file", "Check the file."),
    "people_not_conserved": Message(
        "error", "the file holds {read} people, but {kept} were kept", "Report this fault to us."
    ),
    "people_not_number": Message("error", "{count} cells are not numbers", "Correct them."),
    "people_blank": Message("error", "{count} cells are blank", "Write 0 where nobody lives."),
    "people_negative": Message("error", "{count} cells are below zero", "Correct them."),
    "people_nowhere": Message(
        "error", "{count} rows with people have no place", "Add coordinates."
    ),
    "people_of_areas": Message(
        "note",
        "people of areas stand at one point inside each",
        "Use a raster or small areas: in large ones access is only a rough figure.",
    ),
    "people_by_code": Message(
        "note",
        "{count} rows were placed by their division code: all people of a unit stand at one point",
        "Use a raster: access inside a village cannot be told from one point.",
    ),
    "people_code_repeated": Message(
        "warning",
        "{count} rows repeat a division code: the people of all of them are counted",
        "If they are years or groups, keep one row for each unit.",
    ),
    "people_outside": Message(
        "note", "{count} places with people lie outside all zones: they are kept as outside"
    ),
    "people_far": Message(
        "error",
        "{count} places with people are more than {limit_km} km from the zones (up to "
        "{farthest_km} km)",
        "Check coordinate systems; state `window_km = 30` in [population] to leave them out.",
    ),
    "population_calibrated": Message(
        "note", "people were brought to the census of {count} zones; factors: {factors}"
    ),
    "calibration_unknown": Message(
        "warning", "{count} zones have no census figure and keep their people", "Add the figure."
    ),
    "calibration_empty": Message(
        "error",
        "{count} zones have people by the census but none in the population file",
        "Check boundaries and coordinate systems.",
    ),
    "calibration_unusual": Message(
        "warning",
        "{count} zones were multiplied by less than {low} or more than {high}: {factors}",
        "Check that boundary, census year and population file belong together.",
    ),
    "population_projected": Message(
        "note",
        "people were carried from {base_year} to {year}: {before} became {after}; "
        "factors: {factors}",
    ),
    "rate_implausible": Message(
        "error",
        "a yearly rate of {highest} is beyond {limit}",
        "Write 0.01 for one percent, or put the unit in the header: 增长率(%).",
    ),
    "rate_not_number": Message("error", "{count} rates are not numbers", "Correct them."),
    "succession_unreadable": Message(
        "error", "{count} rows have a date or share that is not understood", "Correct them."
    ),
    "zone_unknown": Message(
        "warning", "{count} rows name zones that are not in the study: {words}", "Correct them."
    ),
    "group_source": Message(
        "error", "group {group} needs {expected}", "Correct `groups` in the study file."
    ),
    "group_other_grid": Message(
        "note",
        "cells of another grid: their people were put on the nearest cells, at most {moved_m} m",
    ),
    "group_exceeds": Message(
        "warning", "group {group} has more people than there are in {count} cells", "Check both."
    ),
    "facilities_empty": Message(
        "error", "no institution is left to read", "Check the file and `facilities.where`."
    ),
    "facilities_unplaced": Message(
        "warning",
        "{count} institutions are without coordinates: they count in totals, never in times",
        "Add their coordinates.",
    ),
    "placed_foreign": Message(
        "error",
        "this file was not written by the app: it is left as it is",
        "Name another file as `placed` in the study file.",
    ),
    "pasted_unreadable": Message(
        "error",
        "these are not two coordinates in degrees: {text}",
        "Write them like 120.8100,30.0400 or 30°02′24″N 120°48′36″E.",
    ),
    "remark_text": Message(
        "error",
        "a remark has 1 to {most} characters, a name at most {most_name}",
        "Say it in fewer words, or in two remarks.",
    ),
    "pasted_far": Message(
        "error",
        "{lon}, {lat} lies far from the study's area",
        "Check the order of the numbers and the map they were copied from.",
    ),
    "facilities_placed": Message(
        "warning",
        "{count} institutions without coordinates were placed by {method} (confidence: "
        "{confidence}, at most {error_m} m off)",
        "Check them on the map; `place_by_village = false` leaves them without a place.",
    ),
    "facilities_village_unclear": Message(
        "warning",
        "{count} institutions name a village that may be several: {names}",
        "Write the code of the village into the list, or place them on the map.",
    ),
    "facilities_former_village": Message(
        "note", "{count} institutions name a village by what it was called: {names}"
    ),
    "facilities_village_alike": Message(
        "warning",
        "{count} institutions name a village almost as it is written: {names}",
        "Check them; write the code of the village into the list where it is another.",
    ),
    "kinds_by_name": Message(
        "warning",
        "{count} rows state no kind that is known; their names say it: {kinds}",
        "Check them; a column 机构类别 of the list decides over names.",
    ),
    "codes_by_name": Message(
        "warning",
        "there is no column of codes: {count} rows are known by their names",
        "Add the codes, so that other tables can name these rows.",
    ),
    "facility_far": Message(
        "error",
        "{count} institutions are more than {limit_km} km from the zones (up to {farthest_km} km)",
        "Correct their coordinates.",
    ),
    "facility_outside": Message(
        "note", "{count} institutions lie outside all zones: kept for access, not for ratios"
    ),
    "kind_unknown": Message(
        "warning",
        "{count} institutions are of a kind that WS 218 does not know and count nowhere: {words}",
        "Correct them, or write `kinds` in the study file.",
    ),
    "status_unknown": Message(
        "warning",
        "{count} institutions have a status that is not understood and count as open: {words}",
        "Write 在营, 在建, 规划 or 停业.",
    ),
    "level_unknown": Message("warning", "{count} levels are not 0 to 4", "Correct them."),
    "births_unread": Message(
        "warning",
        "{count} rows state births of village doctors in a form that is not understood",
        "Write year and month of each, such as 1965-03、1970-08.",
    ),
    "births_differ": Message(
        "warning",
        "{count} rows state more or fewer births than village doctors",
        "Correct the number or the births.",
    ),
    "doctors_added": Message(
        "note", "doctors are the sum of two columns: {headers}", "Map `doctors` if it is not."
    ),
    "beds_ambiguous": Message(
        "warning",
        "the header does not say whether beds are planned, staffed or open",
        "Name the column 编制床位, 实有床位 or 开放床位.",
    ),
    "zones_are_points": Message(
        "warning",
        "zones are points: people were given to the nearest one",
        "Use a layer of areas.",
    ),
    "parent_unknown": Message(
        "warning", "{count} villages name a parent that is not in the file", "Correct the codes."
    ),
    "village_mode_unknown": Message(
        "warning",
        "{count} words for the mode of a village are not understood: {words}",
        "Write 点位, 组团, 巡诊 or 无.",
    ),
    "facility_unknown": Message(
        "warning",
        "{count} rows name institutions that are not in the list: {words}",
        "Correct them.",
    ),
    "area_unknown": Message(
        "warning", "{count} rows name villages that are not in the study: {words}", "Correct them."
    ),
    "programme_unplaced": Message(
        "warning",
        "{count} projects add a point and have no coordinates: they are in no state of the network",
        "Add coordinates.",
    ),
    "programme_beats_list": Message(
        "note",
        "{count} projects tell another opening than the list of institutions: {words}",
        "The programme decides; bring the list up to date.",
    ),
    "programme_amount_odd": Message(
        "warning",
        "{count} amounts are above 500 million yuan or below 1,000 yuan",
        "State the unit in the header, such as 万元.",
    ),
    "programme_stage_unknown": Message(
        "warning",
        "{count} projects have no known stage and count as ideas: {words}",
        "Write one of the stages, such as 立项 or 开工.",
    ),
    "programme_type_unknown": Message(
        "warning",
        "{count} projects have no known type and count as new: {words}",
        "Write one of the types, such as 新建 or 迁建.",
    ),
    "stops_unplaced": Message(
        "warning", "{count} stops have neither coordinates nor a known village", "Add coordinates."
    ),
}
