"""When it is enough, and what it costs: nothing is proposed for a few people, nor at a guess."""

from dataclasses import replace

import pytest

from data.errors import StudyError
from data.study.siting import AlternativesTable, MoneyTable, StabilityTable, StartTable
from planning.assess.workflow import with_siting
from planning.sites.proof import plan_sentences
from planning.sites.siting_file import migrate_siting, siting_json
from planning.words.wording import finding_sentence, translator
from tests.planning.sites.test_loads import assessed, write_street

QUICK = {
    "alternatives": AlternativesTable(count=1),
    "stability": StabilityTable(speed_sets=(), runs=0),
}
FEW = [(0.0, 9_000), (2_500.0, 500), (4_000.0, 3)]
SITES = {"middle": 2_500.0, "east": 4_000.0, "west": 50.0}


def street(folder, siting):
    path = write_street(folder, FEW, sites=SITES, capacity=10_000, siting=siting)
    return assessed(path)


def test_a_site_for_a_few_people_is_not_proposed(tmp_path):
    found = street(tmp_path, "count = 3").proposal
    assert [found.candidates.id[site.candidate] for site in found.sites] == ["east"]
    # The east site reaches all 503 in the east; 0.02 % of 9,503 people are 1.9.
    assert found.terms.min_gain_people == pytest.approx(0.0002 * 9_503)


@pytest.mark.parametrize(
    ("least", "sites"), [(3, ["east", "middle"]), (4, ["middle"]), (500, ["middle"]), (501, [])]
)
def test_the_least_gain_is_a_parameter(tmp_path, least, sites):
    people = [(0.0, 9_000), (2_500.0, 500), (4_300.0, 3)]
    path = write_street(
        tmp_path,
        people,
        sites={"middle": 2_500.0, "east": 4_100.0},
        capacity=10_000,
        siting=f"count = 2\nmin_gain_people = {least}",
    )
    found = assessed(path).proposal
    names = sorted(found.candidates.id[site.candidate] for site in found.sites)
    assert names == sites
    codes = [finding.code for finding in found.findings]
    assert ("siting_gains_small" in codes) == (len(sites) < 2)


def test_a_required_site_stays_whatever_it_gains(tmp_path):
    found = street(tmp_path, 'count = 2\nrequired = ["west"]').proposal
    assert "west" in [found.candidates.id[site.candidate] for site in found.sites]


def test_by_e_bike_the_county_is_covered_and_nothing_is_proposed(county):
    """It proposed two sites for one person each, for 4.1 million yuan, and called it optimal."""
    table = replace(county.study.siting, mode="e_bike", **QUICK)
    assessment = with_siting(county, table)
    proposal = assessment.proposal
    assert proposal.sites == ()
    assert proposal.people.newly == 0
    first = plan_sentences(proposal, translator("zh"))[0]
    assert first.startswith("按本口径已基本全覆盖，增设网点收益小于 168 人")
    said = "".join(plan_sentences(proposal, translator("zh")))
    assert "最优" not in said
    assert "造价" not in said
    assert finding_sentence(assessment.findings[-1], translator("en"))
    one = replace(table, start=StartTable(min_gain_people=1.0))
    forced = with_siting(county, one).proposal
    assert all(site.new_people >= 1 for site in forced.sites)


def test_without_a_cost_nothing_is_said_of_money(county):
    proposal = county.proposal
    content = siting_json(proposal, county.study, county.dataset)
    assert content["plan"]["cost_yuan"] is None
    assert content["costs"] == []
    assert all(site["cost_yuan"] is None for site in content["sites"])
    assert "造价待填。" in plan_sentences(proposal, translator("zh"))


def test_own_and_assumed_costs_are_told_apart(county):
    own = replace(county.study.siting, money=MoneyTable(build_yuan=800_000), **QUICK)
    proposal = with_siting(county, own).proposal
    assert proposal.plan_yuan == 5 * 800_000
    said = plan_sentences(proposal, translator("zh"))
    assert "5 年费用：400.00 万元。" in said
    assert "未计运行费用。" in said
    assumed = replace(county.study.siting, money=MoneyTable(assume_costs=True), **QUICK)
    said = plan_sentences(with_siting(county, assumed).proposal, translator("zh"))
    (line,) = [text for text in said if "费用" in text]
    assert line.startswith("5 年费用（按假设单价）：")
    assert line.endswith("万元。")


def test_marginal_gain_stands_beside_each_site(county):
    own = replace(county.study.siting, money=MoneyTable(build_yuan=800_000), **QUICK)
    assessment = with_siting(county, own)
    content = siting_json(assessment.proposal, assessment.study, assessment.dataset)
    for site in content["sites"]:
        assert site["people_per_10000_yuan"] == pytest.approx(site["people_only_by_this_site"] / 80)


OLD = {
    "format": "servicecircle.siting/1",
    "model": "p-centre",
    "unit": "minutes",
    "mode": "walk",
    "people": {
        "inside": 200.0, "today": 100.0, "with_plan": 150.0, "newly": 50.0, "lost": 0.0,
        "share_today": 0.5, "share_with_plan": 0.75,
    },
    "plan": {"status": "optimal", "objective": 21.0, "bound": 21.0, "gap": 0.0, "sites": ["a"]},
    "without_weights": None,
    "costs": [{"mark": "I", "yuan": 1.0}],
}  # fmt: skip


def test_a_file_of_the_first_version_is_migrated():
    new = migrate_siting(OLD)
    assert new["format"] == "servicecircle.siting/2"
    people = new["people"]
    assert (people["today"], people["committed"], people["with_plan"]) == (100, None, 150)
    assert (people["newly"], people["base"]) == (50, "today")
    assert people["shares"] == {"today": 0.5, "committed": None, "with_plan": 0.75}
    plan = new["plan"]
    assert (plan["unit"], plan["sense"], plan["includes_base"]) == ("minutes", "min", True)
    assert "unit" not in new
    assert migrate_siting(new) == new


def test_a_newer_file_is_refused():
    with pytest.raises(StudyError, match="siting/9"):
        migrate_siting({"format": "servicecircle.siting/9"})
