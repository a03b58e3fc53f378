"""Plans on top of what is decided, on a frozen list of the county's institutions.

The list is that of 2025-06-30 as the sample had it when half of the proposed sites turned out to be
projects of its own; everything else is the sample's.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from data.dataset import load_dataset
from data.study.file import SAMPLE_STUDY, read_study
from data.study.siting import AlternativesTable, StabilityTable, StartTable
from planning.assess.workflow import answer_under, assess, with_siting
from planning.sites.proof import plan_sentences
from planning.sites.siting_file import siting_json
from planning.words.wording import translator

FROZEN = Path(__file__).parent / "frozen" / "institutions.csv"
COLUMNS = ("id", "name", "kind", "lon", "lat", "status", "stage", "open_date", "close_date")
QUICK = {
    "alternatives": AlternativesTable(count=1),
    "stability": StabilityTable(speed_sets=(), runs=0),
}
LATE = StartTable(committed_until="2027-12-31", zoning_is_decided=True)


@pytest.fixture(scope="module")
def frozen():
    """Return the county with the frozen list, walking only."""
    study = read_study(SAMPLE_STUDY)
    mapped = dict(study.facilities.source.columns)
    source = replace(
        study.facilities.source,
        path=FROZEN,
        columns=tuple((name, mapped[name]) for name in COLUMNS),
    )
    study = replace(
        study,
        facilities=replace(study.facilities, source=source),
        travel=replace(study.travel, modes=("walk",)),
        siting=replace(study.siting, count=5, start=LATE, **QUICK),
        service_areas=None,
        circuits=None,
    )
    return assess(load_dataset(study), study)


def asked(frozen, **start):
    table = replace(frozen.study.siting, start=replace(LATE, **start))
    return with_siting(frozen, table)


def project_of(proposal, name):
    """Return the site within a project's circle, and the project."""
    return next(
        (proposal.candidates.name[site.candidate], site)
        for site in proposal.sites
        if site.project is not None and site.project.name == name
    )


def test_from_today_half_of_the_plan_was_counted_twice(frozen):
    proposal = asked(frozen, base="today").proposal
    assert (proposal.people.newly, proposal.plan.objective) == (12_402, 12_402)
    assert (proposal.people.today, proposal.people.committed) == (732_698, 738_155)
    # 桁堰村 (储备) and 蒹苑社区 (decided) are in the list already, 4.4 m and 5.4 m away.
    near = sorted(s.project.distance_m for s in proposal.sites if s.project is not None)
    assert near == pytest.approx([4.4, 5.4], abs=0.05)
    assert proposal.people.on_projects == 3_687 + 2_538


def test_on_top_of_what_is_decided(frozen):
    proposal = frozen.proposal
    assert proposal.people.newly == 11_870
    assert proposal.people.committed == 738_155
    assert proposal.people.with_plan == 738_155 + 11_870
    assert proposal.terms.committed_until == "2027-12-31"
    name, site = project_of(proposal, "桁堰村卫生室")
    assert name == "桁堰村居家养老服务中心"
    assert not site.project.is_decided
    assert site.served_people == proposal.people.on_projects == 3_687
    assert [s for s in proposal.sites if s.project is not None] == [site]


def test_everything_with_a_date_counted(frozen):
    scenario = replace(frozen.scenario, as_of="2027-12-31")
    found = answer_under(frozen, scenario, frozen.study.siting)
    assert found.people.newly == 9_821
    assert found.people.today == found.people.committed


def test_without_the_switch_a_zoning_plan_decides_nothing(frozen):
    proposal = asked(frozen, zoning_is_decided=False).proposal
    assert proposal.people.committed == 737_255
    assert proposal.people.newly == 11_870


def test_the_day_is_by_default_the_end_of_the_year_of_the_assessment(frozen):
    proposal = asked(frozen, committed_until=None).proposal
    assert proposal.terms.committed_until == "2025-12-31"
    assert proposal.people.committed == 733_811
    assert proposal.people.newly == 12_402
    _, site = project_of(proposal, "蒹苑社区卫生服务站")
    assert (site.project.is_decided, site.project.opens_on) == (True, "2026-09-30")


def test_all_three_states_are_said_with_their_bands(frozen):
    said = plan_sentences(frozen.proposal, translator("zh"))
    text = "".join(said)
    assert "现状网点 732,698 人（87.35 %）；已定项目投用后（截至 2027-12-31）738,155 人" in text
    assert "方案实施后 750,025 人" in text
    assert "桁堰村居家养老服务中心：与储备项目桁堰村卫生室一致，距 4 m，建议推进前期" in text
    assert "新增覆盖人口中，3,687 人属于已列项目" in text
    assert "造价待填。" in said
    assert "未计医师与用房：本模型不含服务负荷。" in said
    for state, count in (("today", 732_698), ("committed", 738_155), ("proposed", 750_025)):
        low, high = frozen.proposal.speed_bands[state]
        assert low < count < high
    (band,) = [line for line in said if line.startswith("低速至高速情形")]
    assert all(word in band for word in ("现状网点", "已定项目投用后", "方案实施后"))


def test_the_file_has_the_keys_of_the_contract(frozen):
    content = siting_json(frozen.proposal, frozen.study, frozen.dataset)
    assert content["format"] == "servicecircle.siting/2"
    people = content["people"]
    assert (people["today"], people["committed"], people["with_plan"]) == (732698, 738155, 750025)
    assert (people["newly"], people["base"], people["lost"]) == (11870, "committed", 0)
    assert people["shares"]["committed"] == pytest.approx(738_155 / 838_811)
    assert people["in_reach"] is None
    plan = content["plan"]
    assert (plan["unit"], plan["sense"], plan["includes_base"]) == ("people", "max", False)
    (project,) = [site["project"] for site in content["sites"] if site["project"]]
    assert (project["facility_id"], project["class"]) == ("339900-D600-247", "reserve")
    assert content["parameters"]["siting"]["committed_until"] == "2027-12-31"


def test_targets_start_from_what_is_decided(frozen):
    """The first station of a target of 88.5 % is the plan's first: 738,155 + 3,687 is 88.4 %."""
    table = replace(frozen.study.siting, targets=(0.88, 0.884, 0.885))
    goals = with_siting(frozen, table).proposal.targets
    assert [goal.sites for goal in goals] == [0, 1, 2]
