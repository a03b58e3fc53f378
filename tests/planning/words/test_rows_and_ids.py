"""A finding calls what it counts by one name: rows of a file, and ids of anything else."""

from __future__ import annotations

import pytest

from data.errors import MESSAGES
from geo.errors import Finding, sentence
from planning.words.wording import finding_sentence, translator


@pytest.mark.parametrize(
    ("rows", "zh", "en"),
    [((3, 9), "行 3, 9", "rows 3, 9"), (("r0c5",), "编号 r0c5", "ids r0c5")],
)
def test_rows_are_numbers_and_all_else_are_ids(rows, zh, en):
    finding = Finding("raster_no_value", (("count", 1), ("number", 255)), file="a.tif", rows=rows)
    assert f"a.tif: {zh}: " in finding_sentence(finding, translator("zh"))
    assert f"a.tif: {en}: " in finding_sentence(finding, translator("en"))
    assert f"a.tif: {en}: " in sentence(finding, MESSAGES)
