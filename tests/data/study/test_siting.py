"""`[siting]`, `[candidates]` and `[exclusions]`: defaults, every key, and every fault at once."""

import pytest

from data.errors import StudyError
from data.study.file import read_study
from data.study.siting import SitingTable
from data.study.siting_faults import siting_faults

GOOD = """format = 1
[study]
name = "County"
date = "2024-12-31"
[population]
path = "data.csv"
[facilities]
path = "data.csv"
[roads]
path = "data.csv"
"""


def study(tmp_path, extra):
    (tmp_path / "data.csv").write_text("id,lon,lat\n", encoding="utf-8")
    path = tmp_path / "study.toml"
    path.write_text(GOOD + extra, encoding="utf-8")
    return read_study(path)


def faulty_keys(tmp_path, extra):
    with pytest.raises(StudyError) as caught:
        study(tmp_path, extra)
    return {dict(finding.params).get("key") for finding in caught.value.findings}


def test_an_old_study_asks_what_it_always_asked(tmp_path):
    table = study(tmp_path, "").siting
    assert (table.model, table.new_sites, table.kind) == ("mclp", 5, "B200")
    assert table.weights == table.rules.required == table.upgradable == ()
    assert not table.money.may_close
    assert (table.plans, table.random_runs, table.speed_sets) == (3, 4, ("low", "high"))
    assert not list(siting_faults(table))


def test_slow_models_look_for_alternatives_only_when_asked():
    table = SitingTable(model="p-median")
    assert (table.plans, table.random_runs, table.speed_sets) == (1, 0, ())


def test_every_key_is_read(tmp_path):
    found = study(
        tmp_path,
        """
[candidates]
generate = "villages"
suitability = { near_road = 2.0, flat = 1.0 }
min_suitability = 0.2
[exclusions]
water = false
max_road_m = 300
layers = [{ name = "farmland", path = "data.csv", margin_m = 50 }]
[siting]
model = "budget"
budget_yuan = 5_000_000
years = 3
build_yuan = 800_000
running_yuan = 20_000
may_close = true
required = ["a"]
forbidden = ["b", "c"]
exclusive = [["a", "d"], ["e", "f", "g"]]
zone_min = { "330101" = 1 }
zone_max = { "330101" = 2 }
weights = { "65+" = 2.0 }
targets = [0.9, 1]
[siting.alternatives]
count = 5
[siting.stability]
speed_sets = ["high"]
minutes = [15, 30]
runs = 10
""",
    )
    table = found.siting
    assert table.rules.exclusive == (("a", "d"), ("e", "f", "g"))
    assert table.rules.zone_max == (("330101", 2),)
    assert table.weights == (("65+", 2.0),)
    assert (table.plans, table.random_runs, table.speed_sets) == (5, 10, ("high",))
    assert table.stability.minutes == (15.0, 30.0)
    assert found.candidates.suitability == (("near_road", 2.0), ("flat", 1.0))
    assert found.exclusions.layers[0].margin_m == 50
    assert not found.exclusions.water


def test_all_faults_come_at_once_by_key(tmp_path):
    keys = faulty_keys(
        tmp_path,
        """
[siting]
model = "mclp"
count = 2
minutes = 0
share = 1.5
busy_share = 1
lower_people = 5
upper_people = 4
required = ["a", "b", "c"]
forbidden = ["a"]
exclusive = [["x"], ["a", "b"]]
zone_min = { z = 3 }
zone_max = { z = 1 }
may_close = true
centres = 1
weights = { old = -1.0 }
targets = [0]
[siting.alternatives]
within = 2
[siting.stability]
runs = -1
""",
    )
    assert keys == {
        "siting.minutes",
        "siting.share",
        "siting.busy_share",
        "siting.lower_people",
        "siting.required",
        "siting.exclusive[1]",
        "siting.exclusive[2]",
        "siting.zone_min",
        "siting.zone_min.z",
        "siting.may_close",
        "siting.centres",
        "siting.weights.old",
        "siting.targets",
        "siting.alternatives.within",
        "siting.stability.runs",
    }


@pytest.mark.parametrize(
    ("extra", "key"),
    [
        ('[siting]\nmodel = "budget"\nbuild_yuan = 1', "siting.budget_yuan"),
        ('[siting]\nmodel = "budget"\nbudget_yuan = 5_000', "siting.build_yuan"),
        ('[siting]\ncommitted_until = "soon"', "siting.committed_until"),
        ("[siting]\nmin_gain_people = -1", "siting.min_gain_people"),
        ('[siting]\nbase = "planned"', "siting.base"),
        ('[siting]\nmodel = "partial-lscp"', "siting.share"),
        ('[siting]\nmodel = "cheapest"\nassume_costs = true', "siting.share"),
        ('[siting]\nmodel = "best"', "siting.model"),
        ("[siting]\ncount = 0", "siting.count"),
        ("[siting]\nminutes = 500", "siting.minutes"),
        ("[siting]\nseconds = 0", "siting.seconds"),
        ("[siting]\nbuild_yuan = 0\nrunning_yuan = 0", "siting.build_yuan"),
        ('[siting]\nrequired = ["a", "a"]', "siting.required"),
        ("[candidates]\nmin_suitability = 2", "candidates.min_suitability"),
        ("[candidates]\nsuitability = { flat = -1 }", "candidates.suitability"),
        ("[exclusions]\nmax_road_m = -1", "exclusions.max_road_m"),
        ('[exclusions]\nlayers = [{ name = "x", path = "no.gpkg" }]', "exclusions.layers[1].path"),
        ("[exclusions]\nlayers = 3", "exclusions.layers"),
    ],
)
def test_each_fault_names_its_key(tmp_path, extra, key):
    assert key in faulty_keys(tmp_path, extra)
