"""Closed words that fill the sentences of findings: translated with them, unlike names of files."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def msgid(text: str) -> str:
    """Mark a word for the catalogues."""
    return text


WORDS = frozenset(
    (
        msgid("a GeoTIFF"),
        msgid("a share above 0, not above 1"),
        msgid("the money in yuan"),
        msgid("ids that are not in siting.forbidden"),
        msgid("two ids or more"),
        msgid("not more than one id of siting.required"),
        msgid("more than 0, here or in running_yuan"),
        msgid("each id once"),
        msgid("a kind of the candidate layer"),
        msgid("a table [elevation] to measure slope by"),
        msgid("none"),
        msgid("margins of 0 or more"),
        msgid("from 0 to 1"),
        msgid("weights of 0 or more"),
        msgid("a layer"),
        msgid("a layer of lines"),
        msgid("a PDF"),
        msgid("a picture"),
        msgid("a drawing (DWG)"),
        msgid("a packed archive"),
        msgid("a database of Access"),
        msgid("a text document"),
        msgid("a printed document"),
        msgid("a presentation"),
        msgid("an XML spreadsheet of 2003"),
        msgid("a text table"),
        msgid("a workbook (.xlsx)"),
        msgid("a zipped Shapefile"),
        msgid("the content is another format"),
        msgid("the file is empty"),
        msgid("the disk is full"),
        msgid("the disk is read-only"),
        msgid("there is no right to write there"),
        msgid("its path is too long"),
        msgid("the archive holds no Shapefile"),
        msgid("the archive holds no KML"),
        msgid("it declares a document type"),
        msgid("a geometry has no coordinates"),
        msgid("a geometry is not in the form of a GeoPackage"),
        msgid("a place has no two coordinates"),
        msgid("it has no list of features"),
        msgid("it is TopoJSON: export it as GeoJSON"),
        msgid("it is the JSON of Esri: export it as GeoJSON"),
        msgid("its member `crs` names no system"),
        msgid("it has no geometry"),
        msgid("it is not a DXF of text"),
        msgid("it is another kind of file"),
        msgid("no reason given"),
        msgid("it is nested too deeply"),
        msgid("factors above 0"),
        msgid("this address"),
        msgid("an address that begins with postgresql://"),
        msgid("@ : / ? # % of the password written as %40 %3A %2F %3F %23 %25"),
        msgid("a host and a port"),
        msgid("the name of the database after the host"),
        msgid("two columns have the same name"),
        msgid("map elements"),
        msgid("other JSON"),
        msgid("a web page"),
        msgid("something else"),
        msgid("content without a type"),
        msgid("the answer was cut off"),
        msgid("the answer is not JSON"),
        msgid("the file was replaced meanwhile"),
        msgid("no connection"),
        msgid("time-out"),
        msgid("the server"),
        msgid("no such action"),
        msgid("the number is taken or empty"),
        msgid("there is no such institution"),
        msgid("the kind is no WS 218 code"),
        msgid("longitude and latitude are missing or outside the world"),
        msgid("missing or of the wrong type"),
        msgid("villages"),
        msgid("water"),
        msgid("a table"),
        msgid("a list"),
        msgid("a list of tables"),
        msgid("a table such as { name = ... }"),
        msgid("a file path"),
        msgid("text in quotes"),
        msgid("a number"),
        msgid("a whole number"),
        msgid("true or false"),
        msgid("a name"),
        msgid("a date such as 2024-12-31"),
        msgid("a year such as 2020"),
        msgid("a year such as 2030"),
        msgid("at least one mode, each once"),
        msgid("more than 0"),
        msgid("0 or more"),
        msgid("speeds above 0"),
        msgid("two numbers, the lower first"),
        msgid("a raster"),
        msgid("a column"),
        msgid("text"),
        msgid("number"),
        msgid("flag"),
        msgid("date"),
        msgid("list"),
        msgid("village_code"),
        msgid("village_name"),
        msgid("own_name"),
        msgid("high"),
        msgid("medium"),
        msgid("low"),
        msgid("doctors"),
        msgid("gps"),
        msgid("nurses"),
        msgid("village_doctors"),
        msgid("beds"),
        msgid("walk"),
        msgid("walk_elderly"),
        msgid("e_bike"),
        msgid("car"),
        msgid("population"),
        msgid("facilities"),
        msgid("roads"),
        msgid("zones"),
    )
)

BEGINNINGS = (
    msgid("one of: "),
    msgid("a list with this many values: "),
    msgid("one of travel.modes: "),
    msgid("not less than travel.minutes: "),
    msgid("not more than travel.horizon_minutes: "),
    msgid("parts are missing in the archive: "),
    msgid("files are missing beside it: "),
    msgid("geometry is stored as: "),
    msgid("its cells are of the type: "),
    msgid("its version is too old: "),
    msgid("more bytes than a study file may have: "),
    msgid("the program that reads it says: "),
    msgid("the state of the answer is: "),
    msgid("the server says: "),
    msgid("the system says: "),
    msgid("the wrong kind of value at: "),
    msgid("more than: "),
    msgid("not less than: "),
    msgid("between: "),
    msgid("nothing, with model: "),
    msgid("only with model: "),
    msgid("not more ids than siting.count: "),
    msgid("not more than upper_people: "),
    msgid("not more than zone_max: "),
    msgid("together not more than siting.count: "),
)
"""Words that go on with something that is not translated: names, numbers, words of others."""

READER_SAYS = "the program that reads it says: "
SERVER_SAYS = "the server says: "
SYSTEM_SAYS = "the system says: "


def worded(
    params: Iterable[tuple[str, str | int | float]], translate: Callable[[str], str]
) -> dict[str, str | int | float]:
    """Return the parameters of a finding with its closed words in the user's language.

    >>> worded((("kind", "number"), ("words", "甲"), ("expected", "one of: a, b")), str.upper)
    {'kind': 'NUMBER', 'words': '甲', 'expected': 'ONE OF: a, b'}
    """
    return {
        name: _said(value, translate) if isinstance(value, str) else value for name, value in params
    }


def _said(value: str, translate: Callable[[str], str]) -> str:
    if value in WORDS:
        return translate(value)
    for beginning in BEGINNINGS:
        if value.startswith(beginning):
            return translate(beginning) + value.removeprefix(beginning)
    return value
