"""The toy system of three villages and two sites, from a study folder to siting.json."""

import json
import math
from dataclasses import replace

import pytest

from app_pages.views.siting import page_findings, plan_lines
from data.dataset import load_dataset
from data.errors import StudyError
from data.study.file import read_study
from data.study.siting import SitingTable
from geo.errors import Finding
from planning.assess.workflow import assess
from planning.maps.cartography import plan_notes
from planning.report.compose import source_of
from planning.report.content import ReportOptions
from planning.report.export import write_results
from planning.report.lines import site_lines
from planning.report.pages.county_page import siting_sentences
from planning.sites.proof import not_asked_sentences
from planning.sites.siting_file import siting_json
from planning.standards.result import result_of
from planning.words.wording import finding_sentence, translator
from tests.planning.small_study import place, write_study, write_table

METRES_A_MINUTE = 75.0
PLACES = {
    "D1": (0.0, 0.0),
    "D2": (600.0, 0.0),
    "D3": (0.0, 500.0),
    "S1": (300.0, 0.0),
    "S2": (300.0, 500.0),
}
MINUTES = {
    ("D1", "S1"): 5,
    ("D2", "S1"): 15,
    ("D3", "S1"): 35,
    ("D1", "S2"): 25,
    ("D2", "S2"): 12,
    ("D3", "S2"): 8,
}
PEOPLE = {"D1": 1000.0, "D2": 2000.0, "D3": 3000.0}
MONEY = "build_yuan = 1_000_000\nrunning_yuan = 0\n"


def bent_ways():
    """Return nodes and ways whose length is that of the minutes, half a metre short."""
    nodes = dict(enumerate(PLACES.values(), start=1))
    number_of = {name: number for number, name in enumerate(PLACES, start=1)}
    ways = []
    for (start, end), minutes in MINUTES.items():
        (x0, y0), (x1, y1) = PLACES[start], PLACES[end]
        straight = math.hypot(x1 - x0, y1 - y0)
        long = minutes * METRES_A_MINUTE - 0.5
        aside = math.sqrt((long / 2) ** 2 - (straight / 2) ** 2)
        east, north = (y1 - y0) / straight, -(x1 - x0) / straight
        bend = len(nodes) + 1
        nodes[bend] = ((x0 + x1) / 2 + aside * east, (y0 + y1) / 2 + aside * north)
        ways.append(([number_of[start], bend, number_of[end]], {"highway": "residential"}))
    return nodes, ways


def write_toy(folder, siting, *, extra=""):
    nodes, ways = bent_ways()
    study = write_study(
        folder,
        nodes=nodes,
        ways=ways,
        people=[(name, PLACES[name], count) for name, count in PEOPLE.items()],
        points=[("old", (40_000.0, 0.0))],  # counts, and reaches nobody: no road leads to it
        travel='modes = ["walk"]',
        extra=f"""
[candidates]
path = "sites.csv"
{extra}
[siting]
{siting}
""",
    )
    rows = [[name, name, *map(repr, place(*PLACES[name]))] for name in ("S1", "S2")]
    write_table(folder / "sites.csv", ["id", "name", "lon", "lat"], rows)
    return study


def answered(folder, siting, *, extra=""):
    study = read_study(write_toy(folder, siting, extra=extra))
    dataset = load_dataset(study)
    assessment = assess(dataset, study)
    return siting_json(assessment.proposal, study, dataset)


@pytest.mark.parametrize(
    ("siting", "objective", "sites"),
    [
        ('model = "mclp"\ncount = 1', 5_000, ["S2"]),
        ('model = "p-median"\ncount = 1', 73_000, ["S2"]),
        ('model = "p-median"\ncount = 2', 53_000, ["S1", "S2"]),
        ('model = "p-centre"\ncount = 1', 25, ["S2"]),
        ('model = "p-centre"\ncount = 2', 12, ["S1", "S2"]),
        ('model = "lscp"', 2, ["S1", "S2"]),
        ('model = "lscp"\nminutes = 25', 1, ["S2"]),
        ('model = "partial-lscp"\nshare = 0.8', 1, ["S2"]),
        ('model = "backup"\ncount = 2', 2_000, ["S1", "S2"]),
        ('model = "mexclp"\ncount = 2\nbusy_share = 0.3\nunits_per_site = 2', 4_620, ["S1", "S2"]),
        ('model = "capacitated"\ncount = 2\nupper_people = 3000', 6_000, ["S1", "S2"]),
        ('model = "capacitated-median"\ncount = 2\nupper_people = 3000', 59_000, ["S1", "S2"]),
        (f'model = "budget"\nbudget_yuan = 1_500_000\n{MONEY}', 5_000, ["S2"]),
        (f'model = "cheapest"\nshare = 1.0\n{MONEY}', 2_000_000, ["S1", "S2"]),
        ('model = "two-level"\ncount = 1\ncentres = 1', 73_000, ["S2"]),
    ],
)
def test_every_model_gives_the_hand_worked_answer(tmp_path, siting, objective, sites):
    found = answered(tmp_path, siting)
    plan = found["plan"]
    assert plan["status"] == "optimal"
    assert plan["objective"] == pytest.approx(objective, rel=2e-3)
    assert plan["gap"] <= 1e-9
    assert sorted(plan["sites"]) == sites
    assert plan["is_replayable"]


def test_an_infeasible_target_is_explained_in_people_and_minutes(tmp_path):
    found = answered(tmp_path, 'model = "lscp"\nminutes = 10')
    assert found["plan"]["status"] == "infeasible"
    assert found["plan"]["objective"] is None
    said = " ".join(found["findings"])
    assert "2,000 people in 1 places are beyond 10 min" in said
    assert "12.0 min would reach all but 0 of them" in said


def test_people_whom_nobody_reaches_can_be_set_aside(tmp_path):
    found = answered(tmp_path, 'model = "lscp"\nminutes = 10\nset_aside_unreachable = true')
    assert (found["plan"]["status"], found["plan"]["objective"]) == ("optimal", 2)
    assert "2,000 people in 1 places are reached by no candidate" in " ".join(found["findings"])


def test_reasons_of_the_best_single_site(tmp_path):
    found = answered(tmp_path, 'model = "mclp"\ncount = 1')
    (site,) = found["sites"]
    assert site["people_newly_reached"] == site["people_only_by_this_site"] == 5_000
    assert site["people_shared"] == 0
    assert site["land_status"] == "未核实"
    assert site["note"] == found["note"] == "测算点位，非地块选址，用地须经自然资源部门核实"
    (other,) = found["why_not"]
    assert (other["id"], other["people_in_reach"], other["people_left_to_add"]) == (
        "S1",
        3_000,
        1_000,
    )
    assert other["covered_by"] == [{"id": "S2", "people": 2_000}]
    assert [point["people"] for point in found["curve"]["points"]] == [0, 5_000, 6_000]


def test_rules_of_the_study_are_kept(tmp_path):
    found = answered(tmp_path / "a", 'count = 1\nforbidden = ["S2"]')
    assert (found["plan"]["sites"], found["plan"]["objective"]) == (["S1"], 3_000)
    found = answered(tmp_path / "b", 'count = 1\nrequired = ["S1"]')
    assert found["plan"]["sites"] == ["S1"]
    found = answered(tmp_path / "c", 'count = 2\nexclusive = [["S1", "S2"]]')
    assert found["plan"]["sites"] == ["S2"]
    found = answered(tmp_path / "d", "count = 2\nmin_spacing_m = 600")
    assert found["plan"]["sites"] == ["S2"]
    found = answered(tmp_path / "e", "count = 2\nzone_max = { all = 1 }")
    assert found["plan"]["sites"] == ["S2"]


def test_the_files_of_a_run_agree(tmp_path):
    study = read_study(write_toy(tmp_path / "study", "count = 1"))
    dataset = load_dataset(study)
    folder = write_results(result_of(assess(dataset, study)), tmp_path / "out")
    found = json.loads((folder / "siting.json").read_text(encoding="utf-8"))
    assert found["format"] == "servicecircle.siting/2"
    table = (folder / "sites.csv").read_text(encoding="utf-8-sig").splitlines()
    header, row = (line.split(",") for line in table)
    values = dict(zip(header, row, strict=True))
    assert values["site_id"] == "S2"
    assert float(values["people_without_cover_in_reach"]) == 5_000
    assert values["kind_name"] == "站"
    assert "测算点位，非地块选址" in values["site_note"]


@pytest.mark.parametrize(
    ("siting", "codes"),
    [
        ("count = 3", {"siting_count_above_candidates"}),
        ('required = ["S9"]\nforbidden = ["S8"]', {"siting_ids_unknown"}),
        ('forbidden = ["S1", "S2"]', {"siting_none_allowed"}),
        (f'model = "budget"\nbudget_yuan = 999\n{MONEY}', {"siting_budget_too_small"}),
        (
            'kind = "shop"\nzone_max = { Z9 = 1 }\nweights = { old = 2.0 }\nupgradable = ["x"]',
            {
                "siting_kind_unknown",
                "siting_zone_unknown",
                "siting_group_unknown",
                "siting_ids_unknown",
            },
        ),
        ('model = "villages"', {"siting_needs_villages"}),
    ],
)
def test_a_question_that_cannot_be_asked_stops_nothing_and_says_every_cause(
    tmp_path, siting, codes
):
    study = read_study(write_toy(tmp_path, siting))
    dataset = load_dataset(study)
    found = assess(dataset, study)
    assert {finding.code for finding in found.proposal.findings} == {
        "siting_unanswered",
        *codes,
    }
    assert found.proposal.sites == ()
    whole = assess(dataset, replace(study, siting=SitingTable()))
    for mode, result in whole.modes.items():
        assert found.modes[mode].coverage == result.coverage
    folder = write_results(result_of(found), tmp_path / "out")
    row = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["siting"]
    claims = [row[name] for name in ("objective", "bound", "gap", "reachable_people")]
    claims += [row["people"]["with_plan"], row["people"]["newly"]]
    assert claims == [None] * len(claims)
    assert row["status"] == "not_asked"


@pytest.mark.parametrize(
    ("siting", "reason"),
    [
        ("count = 3", "3 new sites are asked for, 2 candidates may be built"),
        (f'model = "budget"\nbudget_yuan = 999\n{MONEY}', "budget"),
    ],
)
def test_every_surface_says_that_a_question_was_not_asked_and_why(tmp_path, siting, reason):
    study = read_study(write_toy(tmp_path, siting))
    found = assess(load_dataset(study), study)
    english = translator("en")
    result = result_of(found)
    source = source_of(result, ReportOptions(language="en"))
    surfaces = {
        "cli": "\n".join(site_lines(found, "en")),
        "report": siting_sentences(source),
        "map": "\n".join(plan_notes(found, english, has_amounts=True)),
        "page": "\n".join(
            [
                *plan_lines(found.proposal, english),
                *(finding_sentence(one, english) for one in page_findings(found.proposal)),
            ]
        ),
    }
    for name, text in surfaces.items():
        assert "not asked, the question cannot be asked as it stands" in text, name
        assert reason in text, name
        for claim in (" 0 ", "No choice", "No point is proposed", "(gap", "Covered:"):
            assert claim not in f" {text}", (name, claim)


def test_a_public_does_not_read_the_causes_that_count_people(tmp_path):
    study = read_study(write_toy(tmp_path, "count = 3"))
    proposal = assess(load_dataset(study), study).proposal
    few = Finding("siting_count_above_candidates", (("count", 3), ("candidates", 2)), people=7)
    told = replace(proposal, findings=(*proposal.findings, few))
    english = translator("en")
    assert len(not_asked_sentences(told, english)) == 3
    assert len(not_asked_sentences(told, english, has_amounts=False)) == 2


def test_a_question_that_contradicts_itself_is_refused_when_the_study_is_read(tmp_path):
    with pytest.raises(StudyError) as caught:
        read_study(write_toy(tmp_path, "zone_min = { all = 2 }\ncount = 1"))
    assert [finding.code for finding in caught.value.findings] == ["study_key_type"]


def test_the_fix_for_too_few_candidates_works(tmp_path):
    assert len(answered(tmp_path, "count = 2")["sites"]) == 2


def test_a_lower_load_above_all_people_says_so(tmp_path):
    lower = 'model = "capacitated"\ncount = 1\nlower_people = 10_000\nupper_people = 20_000\n'
    soft = answered(tmp_path / "soft", lower)
    assert soft["plan"]["objective"] == 5_000
    hard = answered(tmp_path / "hard", lower + "lower_binding = true")
    assert hard["plan"]["objective"] in {None, 0.0}


def test_nobody_in_reach_is_said(tmp_path):
    found = answered(tmp_path, "minutes = 1")
    assert (found["plan"]["status"], found["plan"]["objective"]) == ("not_asked", None)
    assert "no further candidate gains 2 people; 0 are proposed" in " ".join(found["findings"])
    assert "no candidate reaches anyone" in " ".join(found["findings"])
