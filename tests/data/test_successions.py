"""Old division codes and what replaced them."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.study.tables import TableSource
from data.successions import built_in_successions, current_code, read_successions, successors
from geo.errors import Finding

TABLE = built_in_successions()


def test_the_table_is_sound() -> None:
    for row in TABLE:
        assert len(row.old_code) == len(row.new_code) == 6
        assert row.date
        assert row.source
        assert row.share in {None, 1.0}
    whole = [row.old_code for row in TABLE if row.share == 1.0]
    assert len(whole) == len(set(whole))


@pytest.mark.parametrize(
    ("code", "now"),
    [
        ("330103", "330105"),
        ("330103001", "330105001"),
        ("330682102201", "330604102201"),
        ("330604102201", "330604102201"),
        ("330104", None),
        ("", ""),
    ],
)
def test_current_codes(code: str, now: str | None) -> None:
    assert current_code(code, TABLE) == now


def test_a_split_names_every_part() -> None:
    assert {row.new_name for row in successors("330104001", TABLE)} == {"上城区", "钱塘区"}


def test_a_study_adds_its_own(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(
        "旧代码,新代码,日期,比例\n330604105,330604006,2019年1月,1\n1,2,bad,1\n", encoding="utf-8"
    )
    findings: list[Finding] = []
    rows = read_successions(TableSource(path=path), findings)
    assert [(r.old_code, r.new_code, r.date, r.share) for r in rows] == [
        ("330604105", "330604006", "2019-01-01", 1.0)
    ]
    assert "succession_unreadable" in [finding.code for finding in findings]
    assert current_code("330604105", rows) == "330604006"
    path.write_text("旧代码\n1\n2\n", encoding="utf-8")
    findings.clear()
    assert read_successions(TableSource(path=path), findings) == ()
    assert "column_missing" in [finding.code for finding in findings]
