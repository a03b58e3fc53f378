"""The programme table: words or codes, amounts, and what it adds to the list of institutions."""

from dataclasses import replace

import numpy as np
import pytest

from data.dataset import load_dataset
from data.programme.stages import ProjectType, Stage
from data.study.file import read_study
from planning.reach.scenario import fixed_points, network_states, project_classes, scenario_of
from tests.planning.small_study import place, write_study, write_table

HEADER = ["项目编号", "项目名称", "机构编码", "经度", "纬度", "项目类型", "建成后类别", "建设阶段",
          "投用日期", "批准文号", "总投资（万元）"]  # fmt: skip
COLUMNS = (
    "columns = { id = '项目编号', name = '项目名称', facility_id = '机构编码', "
    "open_date = '投用日期' }"
)


def write_programme(folder, rows, *, listed=()):
    """Write a study with clinics a and b, and projects (id, facility, east, type, kind, stage,
    day, approval, 万元)."""
    path = write_study(
        folder,
        nodes={1: (0.0, 0.0), 2: (9_000.0, 0.0)},
        ways=[([1, 2], {"highway": "residential"})],
        people=[("p", (0.0, 0.0), 10.0), ("q", (8_000.0, 0.0), 20.0)],
        points=[("a", (0.0, 0.0)), ("b", (500.0, 0.0))],
        travel='modes = ["walk"]',
        extra=f'[programme]\npath = "programme.csv"\n{COLUMNS}\n'
        'allotted = [{ list = "县民生实事", year = 2026, number = 2 }]\n',
    )
    if listed:
        rows_listed = [
            [name, name, "D600", *map(repr, place(east, 0.0)), status, opens]
            for name, east, status, opens in listed
        ]
        header = ["id", "name", "kind", "lon", "lat", "status", "open_date"]
        write_table(folder / "points.csv", header, rows_listed)
    table = []
    for number, facility, east, kind, after, stage, day, approval, wan in rows:
        spot = ("", "") if east is None else tuple(map(repr, place(east, 0.0)))
        table.append([number, number, facility, *spot, kind, after, stage, day, approval, wan])
    write_table(folder / "programme.csv", HEADER, table)
    return path


def loaded(path):
    study = read_study(path)
    return study, load_dataset(study)


def states(path, until="2027-12-31", **start):
    study, dataset = loaded(path)
    table = replace(study.siting.start, committed_until=until, **start)
    study = replace(study, siting=replace(study.siting, start=table))
    scenario = scenario_of(study)
    today = fixed_points(dataset.facilities, scenario, outside="include")
    found = network_states(dataset, study, scenario, today=today)
    ids = np.array(dataset.facilities.id)
    return (
        set(ids[found.today]),
        set(ids[found.committed]),
        {ids[p.facility]: p.project_class.value for p in found.unbuilt},
    )


def test_a_table_in_chinese_is_read_with_its_amounts(tmp_path):
    rows = [
        ("P1", "", 8_000.0, "新建", "B200", "开工", "2026-09-30", "", "80"),
        ("P2", "a", None, "规范化提升", "", "立项", "", "批〔2026〕1号", "0.05"),
    ]
    study, dataset = loaded(write_programme(tmp_path, rows))
    projects = dataset.programme
    assert projects.id == ("P1", "P2")
    assert projects.type == (ProjectType.NEW, ProjectType.UPGRADE)
    assert projects.stage == (Stage.BUILDING, Stage.APPROVED)
    assert projects.columns["budget_yuan"] == (800_000.0, 500.0)
    assert projects.texts("open_date") == ("2026-09-30", "")
    assert dataset.facilities.id[projects.facility[0]] == "P1"
    assert dataset.facilities.id[projects.facility[1]] == "a"
    codes = {finding.code: finding for finding in dataset.findings}
    assert codes["programme_amount_odd"].params == (("count", 1),)  # 0.05 万元 are 500 yuan
    assert study.programme.allotted[0].number == 2


def test_a_new_point_counts_once_it_is_decided_and_in_time(tmp_path):
    rows = [
        ("early", "", 8_000.0, "新建", "B200", "开工", "2026-09-30", "", ""),
        ("late", "", 7_000.0, "新建", "B200", "开工", "2028-09-30", "", ""),
        ("idea", "", 6_000.0, "新建", "B200", "选址", "2026-09-30", "", ""),
        ("zoned", "", 5_000.0, "新建", "B200", "控规", "2026-09-30", "", ""),
        ("backed", "", 4_000.0, "新建", "B200", "控规", "2026-09-30", "批〔2026〕1号", ""),
        ("stopped", "", 3_000.0, "新建", "B200", "缓建", "2026-09-30", "", ""),
        ("hospital", "", 2_000.0, "新建", "A100", "开工", "2026-09-30", "", ""),
    ]
    path = write_programme(tmp_path, rows)
    today, committed, unbuilt = states(path)
    assert today == {"a", "b"}
    assert committed == {"a", "b", "early", "backed"}
    waiting = {"early": "decided", "late": "decided", "backed": "decided"}
    assert unbuilt == {**waiting, "idea": "reserve", "zoned": "reserve"}
    _, committed, _ = states(path, zoning_is_decided=True)
    assert committed == {"a", "b", "early", "backed", "zoned"}
    _, committed, _ = states(path, until="2026-09-29")
    assert committed == {"a", "b"}


def test_a_relocation_closes_the_old_place_and_opens_the_new(tmp_path):
    rows = [("move", "b", 8_000.0, "迁建", "", "开工", "2026-09-30", "", "")]
    today, committed, _ = states(write_programme(tmp_path, rows))
    assert (today, committed) == ({"a", "b"}, {"a", "move"})


@pytest.mark.parametrize(
    ("stage", "expected"), [("开工", {"a"}), ("选址", {"a", "b"}), ("取消", {"a", "b"})]
)
def test_a_merger_closes_only_once_it_is_decided(tmp_path, stage, expected):
    rows = [("merge", "b", None, "撤并", "", stage, "2026-09-30", "", "")]
    _, committed, _ = states(write_programme(tmp_path, rows))
    assert committed == expected


def test_an_upgrade_changes_the_kind_from_its_finish(tmp_path):
    rows = [("up", "b", None, "改扩建", "A100", "开工", "2026-09-30", "", "")]
    path = write_programme(tmp_path, rows)
    assert states(path)[1] == {"a"}  # a hospital is no point of the circle
    assert states(path, until="2026-01-31")[1] == {"a", "b"}


def test_a_row_of_the_programme_beats_the_list_and_says_so(tmp_path):
    rows = [
        ("done", "c", None, "新建", "", "投用", "2025-06-01", "", ""),
        ("slow", "d", None, "新建", "", "选址", "2026-06-01", "", ""),
        ("agreed", "a", None, "新建", "", "投用", "", "", ""),
    ]
    listed = [
        ("a", 0.0, "在营", ""),
        ("c", 1_000.0, "在建", "2026-06-01"),
        ("d", 2_000.0, "在建", "2026-06-01"),
    ]
    path = write_programme(tmp_path, rows, listed=listed)
    today, committed, _ = states(path)
    assert (today, committed) == ({"a", "c"}, {"a", "c"})
    (found,) = [f for f in loaded(path)[1].findings if f.code == "programme_beats_list"]
    assert dict(found.params)["words"] == "c"


def test_without_a_programme_the_list_decides(tmp_path):
    listed = [
        ("built", 0.0, "在营", "2020-01-01"),
        ("building", 1_000.0, "在建", "2026-06-01"),
        ("dated", 2_000.0, "拟建", "2026-06-01"),
        ("missed", 3_000.0, "在建", "2025-06-01"),
    ]
    path = write_programme(tmp_path, [], listed=listed)
    study = path.read_text(encoding="utf-8").split("[programme]")[0]
    path.write_text(study, encoding="utf-8")
    today, committed, unbuilt = states(path)
    assert (today, committed) == ({"built"}, {"built", "building"})
    assert unbuilt == {"building": "decided", "dated": "reserve", "missed": "decided"}
    dataset = loaded(path)[1]
    found = dict(zip(dataset.facilities.id, project_classes(dataset), strict=True))
    assert found["built"] is None


def test_what_is_not_understood_is_a_finding(tmp_path):
    rows = [
        ("P1", "nobody", None, "扩散", "", "某阶段", "", "", ""),
        ("P2", "", None, "新建", "B200", "开工", "", "", ""),
    ]
    codes = {f.code for f in loaded(write_programme(tmp_path, rows))[1].findings}
    assert {
        "facility_unknown",
        "programme_stage_unknown",
        "programme_type_unknown",
        "programme_unplaced",
    } <= codes
