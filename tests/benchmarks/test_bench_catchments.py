"""The smallest size runs, agrees with its peers and has the promised columns."""

from __future__ import annotations

import json

import pytest

from benchmarks import catchments

COLUMNS = ["work", "size", "ours_s", "peer", "peer_s", "ratio", "agrees", "peak_mb"]


def test_rows_of_the_smallest_size(monkeypatch):
    monkeypatch.setattr(catchments, "ROUNDS", 1)
    rows = {row["work"]: row for row in catchments.rows("S")}
    assert all(list(row) == COLUMNS for row in rows.values())
    json.dumps(list(rows.values()), allow_nan=False)
    for work in ("2sfca", "e2sfca", "3sfca"):
        assert rows[work]["agrees"] < 1e-9
    assert rows["raam"]["agrees"] is None
    assert rows["assignment within capacities"]["agrees"] == pytest.approx(0, abs=1e-3)


def test_a_missing_peer_is_a_row_without_its_time(monkeypatch):
    monkeypatch.setattr(catchments, "ROUNDS", 1)
    monkeypatch.setattr(catchments, "find_spec", lambda _: None)
    rows = {row["work"]: row for row in catchments.rows("S")}
    assert rows["2sfca"]["peer"] == "access"
    assert rows["2sfca"]["peer_s"] is None
