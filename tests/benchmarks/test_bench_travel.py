"""The bench of travel times on a hamlet: every answer agrees with every peer."""

from __future__ import annotations

import pytest

from benchmarks import travel
from benchmarks.road_generator import SIZES


@pytest.fixture(scope="module")
def hamlet():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SIZES, "S", 3000)
        patch.setattr(travel, "EDITS", 30)
        patch.setattr(travel, "BUFFER_M", 500.0)
        yield travel.Town("S")


@pytest.mark.parametrize("work", ["nearest", "within", "open_close", "tile"])
def test_rows_agree_with_their_peers(hamlet, work):
    rows = getattr(travel, f"_{work}_rows")(hamlet)
    assert rows
    assert all(row["work"].startswith(work) and row["size"] == "S" for row in rows)
    assert all(row["ours_s"] > 0 and row["peer_s"] > 0 for row in rows)
    assert {row["agrees"] for row in rows} == {0.0}
