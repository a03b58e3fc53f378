"""What each finding about the form of a table means: severity, sentence and fix, in English."""

from __future__ import annotations

from geo.errors import Message

TABLE_MESSAGES: dict[str, Message] = {
    "layer_is_computed": Message(
        "error",
        "`{layer}` is a view or virtual table, which the file computes when it is read",
        "Export it as a layer of its own and name that one.",
    ),
    "layer_takes_too_long": Message(
        "error",
        "reading the layer took longer than {seconds} s",
        "Export the layer to a new file and rerun.",
    ),
    "geopackage_in_use": Message(
        "warning",
        "another program has the file open and holds back its latest changes: they are not read",
        "Close the layer in that program and rerun.",
    ),
    "sidecar_leads_away": Message(
        "error",
        "{name} beside the file is not read: it leads to other files",
        "Export the raster or layer to a new file and rerun.",
    ),
    "raster_blocks_too_large": Message(
        "error",
        "the raster can only be read in pieces of {columns} x {rows} cells, which fill the memory",
        "Save it as a GeoTIFF with tiles and rerun.",
    ),
    "kml_folders": Message(
        "note",
        "{count} folders were read together ({layers}); the column Folder has the name of each",
        "Write the name of one folder as `layer` to read only that.",
    ),
    "kml_not_read": Message(
        "warning",
        "parts that hold no rows of this file were not read: {parts}",
        "Save what they link to as files of their own, where it is needed.",
    ),
    "kml_moved": Message(
        "warning",
        "the file says that its coordinates are shifted: {system}",
        'State `coordinates = "gcj02"` or `"bd09"`.',
    ),
    "code_repeated": Message(
        "error",
        "{count} rows repeat the code of an earlier row with another name or number of people",
        "Correct the codes; parts of one zone are joined when all their columns agree.",
    ),
    "zone_parts_joined": Message(
        "note", "{count} rows are further parts of a zone with the same code and were joined to it"
    ),
    "file_kind_unknown": Message(
        "error", "files ending in {ending} are not read here", "Save it as one of: {known}."
    ),
    "file_too_large": Message(
        "error",
        "the file holds {size_mb} MB, more than the {limit_mb} MB that are read",
        "Cut it to the county and its surroundings.",
    ),
    "encoding_unknown": Message(
        "error", "the text is in none of the encodings {tried}", "Save it as UTF-8 and rerun."
    ),
    "encoding_read_as": Message("note", "the text was read as {encoding}"),
    "encoding_doubtful": Message(
        "warning",
        "the text was read as GB18030, but much of it does not look like Chinese",
        'State `encoding = "..."` or save it as UTF-8.',
    ),
    "table_empty": Message("error", "there are no rows", "Add rows or correct `layer`."),
    "table_no_header": Message(
        "error", "the first row is numbers: there is no header", "Add a row of column names."
    ),
    "table_too_wide": Message(
        "error", "{columns} columns, more than {limit}", "Keep the columns that are needed."
    ),
    "sheet_too_large": Message(
        "error",
        "the sheet reaches over {rows} rows and {columns} columns",
        "Delete the empty rows and columns beyond the table.",
    ),
    "workbook_old": Message(
        "error",
        "this workbook of the old .xls kind cannot be read",
        "Open it in a spreadsheet program and save it as .xlsx.",
    ),
    "workbook_password": Message(
        "error",
        "the workbook has a password",
        "Open it with the password, remove the password (save as .xlsx without one) and rerun.",
    ),
    "workbook_encrypted": Message(
        "error",
        "the content is no workbook: an encryption system of the office has locked it, or it is"
        " damaged",
        "Have it released by that system (解密) and put the released copy here; if there is none,"
        " open it in a spreadsheet program and save it as .xlsx.",
    ),
    "content_is": Message(
        "error",
        "this is {kind} under the ending {ending}",
        "Open it in the program that it belongs to, and copy its table into the template that"
        " `servicecircle new` writes (机构名单模板.csv).",
    ),
    "content_is_old_table": Message(
        "error",
        "this is {kind} under the ending {ending}",
        "Open it in a spreadsheet program and save it as .xlsx.",
    ),
    "content_other": Message(
        "note", "the file is {kind} under the ending {ending}; it was read as what it is"
    ),
    "file_kind_no_table": Message(
        "error",
        "{kind} holds no table that can be taken over safely",
        "Copy its rows into the template that `servicecircle new` writes (机构名单模板.csv).",
    ),
    "sheets_stacked": Message(
        "note",
        "sheets with one header were read as one table; its rows: {sheets}; not read: {others}",
        "Name one sheet as `layer` to read it alone.",
    ),
    "sheets_left_out": Message(
        "note", "sheets without a table were not read: {others}", "Name the one to read as `layer`."
    ),
    "cells_ditto": Message("note", "{count} cells say 同上 and were read as the cell above them"),
    "layer_missing": Message(
        "error", "there is no layer `{layer}`; there are: {layers}", "Correct `layer`."
    ),
    "layer_not_told": Message(
        "error", "there are several layers: {layers}", "Write the one to read as `layer`."
    ),
    "rows_not_data": Message(
        "note", "{count} rows are totals or footnotes and were not imported as rows"
    ),
    "column_nameless": Message(
        "note", "{count} cells stand in columns without a header and were not read"
    ),
    "unit_in_title": Message(
        "warning",
        "a title says that the figures are in {unit}: only people are multiplied by it",
        "Write the unit into the headers it holds for, such as 常住人口({unit}).",
    ),
    "unit_contradicts": Message(
        "warning",
        "{count} values have a sign that is not that of their unit and count as not stated",
        "Correct the value or the unit.",
    ),
    "rows_hidden": Message(
        "note",
        "{count} rows of the sheet are hidden; they were read like the others",
        "Delete them if they are not meant.",
    ),
    "formulas_without_value": Message(
        "warning",
        "{count} formulas were saved without their result and count as not stated",
        "Open the workbook in a spreadsheet program, save it and rerun.",
    ),
    "cells_with_errors": Message(
        "warning",
        "{count} cells hold an error of the spreadsheet (such as #REF!) and count as not stated",
        "Correct the formulas.",
    ),
    "numbers_merged": Message(
        "warning",
        "{count} merged cells hold one number for several rows: it was read in the first row only",
        "Write a number into every row.",
    ),
    "dates_as_numbers": Message(
        "note", "{count} dates are day numbers of a spreadsheet and were read as such"
    ),
    "codes_rounded": Message(
        "warning",
        "{count} codes were made numbers by a spreadsheet and lost digits, such as {example}",
        "Format the column as text and enter the codes again.",
    ),
    "quote_broken": Message(
        "error",
        "a quotation mark in line {line} of the file is not closed as it should be: the rows behind"
        " it would be swallowed",
        "Remove the mark, or double each mark inside a quoted cell.",
    ),
    "row_too_short": Message(
        "warning",
        "{count} rows end before the last of the {columns} columns: cut off, or broken over two"
        " lines",
        "Complete them, or put cells with a line break into quotes.",
    ),
    "decimal_comma": Message(
        "note",
        "{count} numbers have a decimal comma",
        'State `decimal = "."` if the commas stand between thousands.',
    ),
    "row_too_long": Message(
        "error",
        "{count} rows have more cells than the header's {columns}",
        "Put cells that hold the separator into quotes, or state the right `separator`.",
    ),
    "header_repeated": Message(
        "warning", "headers stand twice, the first is used: {headers}", "Rename the others."
    ),
    "column_missing": Message(
        "error",
        "there is no such column; there are: {available}",
        "Correct the name in the study file, or map it with `columns = {{ ... }}`.",
    ),
    "columns_recognised": Message(
        "note", "columns were recognised by their names: {mapping}", "Map them with `columns`."
    ),
    "cell_not_understood": Message(
        "warning", "{count} cells are not a {kind} and count as not stated", "Correct them."
    ),
    "numbers_no_value": Message(
        "error",
        "{count} cells hold {number}, far more than any other: it stands for no value",
        "Write the true number, and 0 where there is none.",
    ),
    "numbers_like_no_value": Message(
        "warning",
        "{count} cells hold {number}, far more than any other: they look like no value and were"
        " taken as numbers",
        "Leave such rows out: what is not listed cannot be reached, and nobody is counted there.",
    ),
    "number_negative": Message("error", "{count} numbers are below zero", "Correct them."),
    "unit_in_header": Message("note", "the header says {unit}: values were multiplied by {factor}"),
    "id_made": Message(
        "warning",
        "{count} rows have no id and are named by their row",
        "Give each row an id of its own.",
    ),
    "id_repeated": Message(
        "error", "{count} rows repeat the id or code of an earlier row", "Give each row its own."
    ),
    "code_blank": Message("error", "{count} rows have no code", "Give each row its code."),
    "where_syntax": Message(
        "error",
        "`where = {where}` is not one comparison",
        'Write a column, one of = != < <= > >= and a value, such as "beds >= 20".',
    ),
    "where_blank": Message("note", "{count} rows are blank and do not match `{where}`"),
    "where_text": Message(
        "warning", "{count} rows hold no number and do not match `{where}`", "Correct them."
    ),
}
