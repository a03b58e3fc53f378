"""The answer for the built-in county against fresh assessments of it."""

import json
from dataclasses import replace

import geopandas
import numpy as np
import pytest

from data.dataset import load_dataset
from data.study.siting import AlternativesTable, GoalTable, MoneyTable, StabilityTable
from planning.assess.workflow import answer_under, assess, with_siting
from planning.reach.coverage import Status
from planning.report.export import write_results
from planning.sites.rows import newly_served
from planning.sites.siting_file import siting_json
from planning.standards.result import result_of
from planning.whatif.edits import Edit
from planning.whatif.outcome import apply_edits

DECIDED = [Edit("open", "339900-B200-76"), Edit("open", "339900-D600-250")]
"""What the county has decided and opens within the year of its list."""


@pytest.fixture(scope="module")
def answer(county):
    return siting_json(county.proposal, county.study, county.dataset)


def opened(proposal, sites):
    """Return the edits that open sites of a proposal as stations."""
    candidates = proposal.candidates
    return [
        Edit(
            "add",
            f"NEW-{i}",
            name=candidates.name[i],
            kind="B200",
            lon=float(candidates.lon[i]),
            lat=float(candidates.lat[i]),
        )
        for i in sites
    ]


def covered_people(assessment, edits, mode="walk"):
    outcome = apply_edits(assessment, edits)
    status = outcome.modes[mode].status
    return assessment.dataset.demand.people[status == Status.COVERED].sum()


@pytest.mark.slow
def test_the_objective_is_what_a_fresh_assessment_counts(county, answer):
    today = covered_people(county, [])
    plan = county.proposal.plan
    committed = covered_people(county, DECIDED)
    after = covered_people(county, [*DECIDED, *opened(county.proposal, plan.new_sites.tolist())])
    assert answer["plan"]["objective"] == after - committed
    assert answer["people"]["newly"] == after - committed
    assert answer["people"]["today"] == today
    assert answer["people"]["committed"] == committed
    assert answer["people"]["with_plan"] == after
    assert answer["people"]["base"] == "committed"
    assert answer["committed_until"] == "2025-12-31"


def test_no_plan_beats_the_bound(county, answer):
    for plan in (answer["plan"], *answer["alternatives"]["plans"]):
        assert plan["bound"] >= plan["objective"]
    curve = county.proposal.curve
    assert (curve.bound >= curve.covered).all()
    assert curve.bound[5] >= answer["plan"]["objective"] >= curve.covered[5]


def test_alternatives_differ_and_count_what_they_say(county):
    best, *others = county.proposal.alternatives.plans
    assert others
    committed = covered_people(county, DECIDED)
    for choice in others:
        assert set(choice.plan.new_sites.tolist()) != set(best.plan.new_sites.tolist())
        sites = opened(county.proposal, choice.plan.new_sites.tolist())
        assert choice.people.newly == covered_people(county, [*DECIDED, *sites]) - committed
        assert 0 <= choice.lost_share <= county.study.siting.alternatives.within


def test_leave_one_out_is_what_each_site_alone_holds(county):
    proposal = county.proposal
    all_sites = proposal.plan.new_sites.tolist()
    everyone = covered_people(county, [*DECIDED, *opened(proposal, all_sites)])
    for site in proposal.sites[:3]:
        others = [i for i in all_sites if i != site.candidate]
        without = covered_people(county, [*DECIDED, *opened(proposal, others)])
        assert site.new_people == everyone - without


def test_closing_losses_are_those_of_the_workbench(county):
    before = covered_people(county, DECIDED)
    facilities = county.dataset.facilities
    for row in county.proposal.closing[:3]:
        without = covered_people(county, [*DECIDED, Edit("close", facilities.id[row.facility])])
        assert row.before == before - without


def test_stability_begins_with_the_study_and_its_interval_holds_most_runs(county, answer):
    found = county.proposal.robustness
    labels = [run.label for run in found.runs]
    assert labels[0] == "used"
    assert {"speed_set=low", "speed_set=high", "random=1"} <= set(labels)
    people = county.proposal.people
    assert found.runs[0].share_with_plan == pytest.approx(people.with_plan / people.inside)
    for state, share in zip(
        ("today", "committed", "proposed"),
        (people.today, people.committed, people.with_plan),
        strict=True,
    ):
        low, high = found.shares(state)
        assert low <= share / people.inside <= high
        slow, quick = county.proposal.speed_bands[state]
        assert slow < share < quick
    assert (found.chosen_share <= 1).all()
    low = next(run for run in found.runs if run.label == "speed_set=low")
    assert low.share_today < found.runs[0].share_today
    assert answer["stability"]["shares"]["with_plan"]["low"] == found.shares("proposed")[0]


@pytest.mark.slow
def test_the_low_speeds_reading_is_a_fresh_assessment_at_low_speeds(county):
    run = next(r for r in county.proposal.robustness.runs if r.label == "speed_set=low")
    study = replace(county.study, travel=replace(county.study.travel, speed_set="low"))
    slow = assess(load_dataset(study), study)  # speeds are part of the roads as they are read
    inside = county.proposal.people.inside
    assert run.share_today == pytest.approx(covered_people(slow, []) / inside)
    sites = county.proposal.plan.new_sites.tolist()
    after = covered_people(slow, [*DECIDED, *opened(county.proposal, sites)])
    assert run.share_with_plan == pytest.approx(after / inside)


def test_targets_name_the_minutes_that_would_do(county, answer):
    whole = next(target for target in answer["targets"] if target["share"] == 1.0)
    assert whole["sites"] is None
    assert whole["people_short"] > 0
    longer = with_siting(
        county,
        replace(
            county.study.siting,
            minutes=whole["minutes_needed"],
            alternatives=AlternativesTable(count=1),
            stability=StabilityTable(speed_sets=(), runs=0),
        ),
    )
    assert longer.proposal.targets[-1].best_share == pytest.approx(1.0)


def test_a_closure_and_the_next_best_site(county):
    worst = county.proposal.closing[0].facility
    scenario = replace(county.scenario, closed=(county.dataset.facilities.id[worst],))
    table = replace(
        county.study.siting,
        count=1,
        alternatives=AlternativesTable(count=1),
        stability=StabilityTable(speed_sets=(), runs=0),
    )
    found = answer_under(county, scenario, table)
    assert found.plan.status == "optimal"
    committed = county.proposal.people.committed
    assert found.people.committed == committed - county.proposal.closing[0].before


def test_weights_are_off_by_default_and_stand_beside_the_plain_plan(county):
    assert county.proposal.without_weights is None
    table = replace(
        county.study.siting,
        weights=(("65+", 3.0),),
        alternatives=AlternativesTable(count=1),
        stability=StabilityTable(speed_sets=(), runs=0),
    )
    weighted = with_siting(county, table).proposal
    assert weighted.without_weights.people.newly == county.proposal.people.newly
    assert weighted.people.newly <= county.proposal.people.newly
    elders = sum(site.by_group["65+"] for site in weighted.sites)
    assert elders >= sum(site.by_group["65+"] for site in county.proposal.sites) - 1e-6


def test_nothing_closes_unasked_and_only_what_its_row_allows(county):
    quick = {
        "alternatives": AlternativesTable(count=1),
        "stability": StabilityTable(speed_sets=(), runs=0),
    }
    table = replace(
        county.study.siting,
        model="budget",
        money=MoneyTable(budget_yuan=6e6, assume_costs=True),
        count=None,
        **quick,
    )
    assert with_siting(county, table).proposal.closed == ()
    found = with_siting(county, replace(table, money=replace(table.money, may_close=True))).proposal
    flags = county.dataset.facilities.flags("closable")
    assert found.closed
    assert all(flags[i] for i in found.closed)
    facilities = county.dataset.facilities
    edits = [Edit("close", facilities.id[i]) for i in found.closed]
    chosen = [site.candidate for site in found.sites]
    after = covered_people(county, [*DECIDED, *edits, *opened(found, chosen)])
    assert found.people.with_plan == after
    assert found.people.lost > 0
    assert found.plan.objective == pytest.approx(found.people.newly)
    assert found.plan_yuan <= 6e6


def test_villages_that_no_candidate_covers_are_set_aside_by_name(county):
    table = replace(
        county.study.siting,
        model="villages",
        alternatives=AlternativesTable(count=1),
        stability=StabilityTable(speed_sets=(), runs=0),
    )
    refused = with_siting(county, table).proposal
    assert refused.plan.status == "infeasible"
    assert any(f.code == "siting_villages_out" for f in refused.findings)
    answered = with_siting(
        county, replace(table, goal=GoalTable(set_aside_unreachable=True))
    ).proposal
    assert answered.plan.objective == len(answered.plan.new_sites)
    assert answered.plan.bound <= answered.plan.objective


@pytest.mark.slow
def test_the_layers_of_a_run_hold_everybody_who_gains(county, tmp_path):
    folder = write_results(result_of(county), tmp_path / "out")
    newly = county.proposal.people.newly
    cells = geopandas.read_file(folder / "results.gpkg", layer="newly_covered")
    lines = geopandas.read_file(folder / "results.gpkg", layer="site_assignment")
    assert cells["people"].sum() == pytest.approx(newly)
    assert lines["people"].sum() == pytest.approx(newly)
    assert set(lines.geom_type) == {"LineString"}
    assert len(lines) < len(cells)
    assert set(lines["site_id"]) <= set(county.proposal.candidates.id)
    content = json.loads((folder / "siting.json").read_text(encoding="utf-8"))
    assert content["people"]["newly"] == newly
    assert "newly_covered" in (folder / "map.html").read_text(encoding="utf-8")


def test_served_places_lie_within_the_limit(county):
    served = newly_served(county.proposal, county.dataset)
    assert (served.minutes <= county.proposal.terms.minutes).all()
    assert np.isfinite(served.people).all()


def test_the_people_are_counted_as_the_headline_figure_counts_them(county, answer):
    figure = county.modes[county.analysis_mode].coverage[0]
    assert answer["basis"] == {
        "speed_set": figure.speed_set,
        "level": figure.level,
        "standard": figure.standard,
        "population_base": figure.population_base,
        "data_date": figure.data_date,
    }
    assert all(answer["basis"].values())
    assert answer["people"]["today"] == figure.ledger.covered
    assert answer["people"]["inside"] == figure.ledger.inside
