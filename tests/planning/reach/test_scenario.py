"""Who is open on a day: status, dates, projects and the scenario's own lists."""

from types import SimpleNamespace

import pytest

from data.errors import StudyError
from planning.reach.scenario import Scenario, check_scenario, is_operating


def listed(*rows):
    """Rows of status, open_date, close_date."""
    columns = dict(zip(("status", "open_date", "close_date"), zip(*rows, strict=True), strict=True))
    return SimpleNamespace(
        id=tuple(f"f{number}" for number in range(len(rows))), texts=lambda name: columns[name]
    )


@pytest.mark.parametrize(
    ("row", "as_of", "expected"),
    [
        (("", "", ""), "2026-01-01", True),
        (("operating", "2026-01-01", ""), "2026-01-01", True),
        (("operating", "2026-01-02", ""), "2026-01-01", False),
        (("operating", "", "2026-01-01"), "2026-01-01", False),
        (("operating", "", "2026-01-02"), "2026-01-01", True),
        (("closed", "2020-01-01", ""), "2026-01-01", False),
        (("construction", "", ""), "2026-01-01", False),
        # A date that has passed while the row still says 在建 was missed.
        (("construction", "2020-01-01", ""), "2026-01-01", False),
        (("construction", "2020-01-01", ""), "2027-01-01", False),
        (("construction", "2026-06-30", ""), "2026-01-01", False),
        (("construction", "2026-06-30", ""), "2026-06-30", True),
        (("planned", "2027-06-30", ""), "2028-01-01", True),
    ],
)
def test_status_and_dates(row, as_of, expected):
    scenario = Scenario(as_of=as_of, data_date="2026-01-01")
    assert is_operating(listed(row), scenario).tolist() == [expected]


def test_the_lists_of_the_scenario_decide_over_all():
    rows = listed(("construction", "", ""), ("", "", ""))
    scenario = Scenario(as_of="2026-01-01", opened=("f0",), closed=("f1",))
    assert is_operating(rows, scenario).tolist() == [True, False]


def test_unknown_ids_are_refused_all_at_once():
    with pytest.raises(StudyError, match=r"(?s)opened.*zz.*closed.*yy"):
        check_scenario(listed(("", "", "")), Scenario("2026-01-01", ("zz", "f0"), ("yy",)))
