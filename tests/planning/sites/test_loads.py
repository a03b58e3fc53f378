"""Plans with loads: people are counted as they are served, never as they lie within reach."""

import csv
import json

import numpy as np
import pytest

from data.dataset import load_dataset
from data.study.file import read_study
from planning.assess.workflow import assess
from planning.report.export import write_results
from planning.sites.proof import plan_sentences
from planning.sites.rows import newly_served
from planning.sites.siting_file import siting_json
from planning.standards.result import result_of
from planning.words.wording import translator
from tests.planning.small_study import place, write_study, write_table

METRES_A_MINUTE = 75.0
LIMIT_PEOPLE, STANDING_PEOPLE = 250, 150


def write_street(folder, people, *, sites, capacity, siting):
    """Write a study along one street of 4 km: people and sites by metres from its west end."""
    ends = {1: (0.0, 0.0), 2: (4_000.0, 0.0)}
    study = write_study(
        folder,
        nodes=ends,
        ways=[([1, 2], {"highway": "residential"})],
        people=[(f"D{k}", (east, 0.0), count) for k, (east, count) in enumerate(people)],
        points=[("old", (100.0, 0.0))],
        travel='modes = ["walk"]',
        extra=f"""
[candidates]
path = "sites.csv"
[siting]
{siting}
""",
    )
    write_table(
        folder / "points.csv",
        ["id", "name", "kind", "lon", "lat", "capacity_people"],
        [["old", "old", "D600", *map(repr, place(100.0, 0.0)), capacity]],
    )
    rows = [[name, name, *map(repr, place(east, 0.0))] for name, east in sites.items()]
    write_table(folder / "sites.csv", ["id", "name", "lon", "lat"], rows)
    return study


def assessed(path):
    study = read_study(path)
    dataset = load_dataset(study)
    return assess(dataset, study)


# 430 people stand around the site east, which takes 250; the old clinic takes 150 of its 300.
PEOPLE = [(0.0, 100), (50.0, 50), (200.0, 150), (3_000.0, 180), (3_100.0, 100), (3_200.0, 150)]
SITING = f'model = "capacitated"\ncount = 1\nupper_people = {LIMIT_PEOPLE}'


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    folder = tmp_path_factory.mktemp("street")
    path = write_street(
        folder, PEOPLE, sites={"east": 3_050.0}, capacity=STANDING_PEOPLE, siting=SITING
    )
    return assessed(path)


def test_people_are_those_served_within_the_loads(street):
    people = street.proposal.people
    assert (people.inside, people.today, people.committed) == (730, 150, 150)
    assert (people.with_plan, people.newly) == (400, 250)
    reach = people.in_reach
    assert (reach.today, reach.with_plan, reach.newly) == (300, 730, 430)


def test_no_site_serves_more_than_its_load(street):
    (site,) = street.proposal.sites
    assert site.served_people == 250
    assert site.reached_people == 430
    served = newly_served(street.proposal, street.dataset)
    assert served.people.sum() == 250


def test_the_proof_counts_the_same_people(street):
    plan, terms = street.proposal.plan, street.proposal.terms
    assert (plan.status, plan.objective, plan.bound) == ("optimal", 400, 400)
    assert (terms.unit, terms.includes_base) == ("people", True)
    said = " ".join(plan_sentences(street.proposal, translator("zh")))
    assert "在所列候选点和条件下已证明最优：负荷内服务 400 人" in said
    assert "新增覆盖 250 人" in said
    assert "仅在可达范围内（不计负荷）：依次 300、300、730 人" in said
    assert "未计医师与用房" not in said


def test_files_and_layers_follow_the_assignment(street, tmp_path):
    folder = write_results(result_of(street), tmp_path / "out")
    content = json.loads((folder / "siting.json").read_text(encoding="utf-8"))
    assert content["people"]["newly"] == 250
    assert content["people"]["in_reach"]["newly"] == 430
    with (folder / "sites.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["people_served"]) == 250
    assert float(row["people_without_cover_in_reach"]) == 430


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("model", ["capacitated", "capacitated-median"])
def test_the_sum_over_sites_never_exceeds_their_loads(tmp_path, seed, model):
    rng = np.random.default_rng(seed)
    people = [
        (float(east), int(count))
        for east, count in zip(rng.uniform(0, 4_000, 12), rng.integers(1, 120, 12), strict=True)
    ]
    upper = int(rng.integers(200, 500)) if model == "capacitated" else 2_000
    sites = {f"S{k}": float(east) for k, east in enumerate(rng.uniform(0, 4_000, 4))}
    siting = f'model = "{model}"\ncount = 2\nupper_people = {upper}'
    path = write_street(tmp_path, people, sites=sites, capacity=120, siting=siting)
    found = assessed(path)
    proposal = found.proposal
    counts, new = proposal.people, proposal.service
    for site in proposal.sites:
        assert site.served_people <= upper + 1e-6
        assert new.people[new.site == site.candidate].sum() == pytest.approx(site.served_people)
    served = sum(site.served_people for site in proposal.sites)
    assert served <= upper * len(proposal.sites) + 1e-6
    assert counts.today <= 120
    assert counts.with_plan <= served + 120 + 1e-6
    assert counts.newly == pytest.approx(counts.with_plan - counts.committed)
    assert counts.in_reach.with_plan >= counts.with_plan - 1e-6
    content = siting_json(proposal, found.study, found.dataset)
    assert content["people"]["in_reach"]["with_plan"] == counts.in_reach.with_plan
