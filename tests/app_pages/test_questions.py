"""The questions of docs/questions.md that no journey answers: the page equals the library."""

from math import isnan

import pytest

from app_pages.views.centres import views_of
from app_pages.views.goals import goal_sheet, site_goals
from planning.assess.islands import land_parts
from planning.assess.programme_steps import programme_steps
from planning.centres.ratio_words import verdict_sentence
from planning.centres.urban_verdict import UrbanResult
from planning.words.figures import people_text
from planning.words.wording import translator


def frame(app, column):
    return next(table.value for table in app.dataframe if column in table.value)


def test_3_which_subdistricts_lack_a_centre(run_page, county):
    app = run_page("ratios", language="en")
    english = translator("en")
    for view in views_of(county.ratios):
        app.radio(key="ratio_view").set_value(view).run()
        table = frame(app, "Centres missing")
        rows = {row.zone_names[0]: row for row in county.ratios.zones if row.view == view}
        assert len(table) == len(rows)
        for line in table.to_dict("records"):
            row = rows[line["Zone"].split("、")[0]]
            # Where the standard does not apply a number of people alone is no missing centre.
            if row.result is UrbanResult.NOT_APPLICABLE:
                assert isnan(line["Centres missing"])
            else:
                assert line["Centres missing"] == row.centres_missing
            assert line["Verdict"] == verdict_sentence(row, english)


def test_6_how_many_more_for_95_percent_and_for_all(run_page, county):
    app = run_page("siting", language="en", site_tab="Stations for a target")
    app.number_input(key="site_cost").set_value(80.0).run()
    table = frame(app, "Target share")
    sheet = goal_sheet(site_goals(county), 80.0, translator("en"))
    assert list(table["Stations (greedy)"]) == [row[1] for row in sheet.rows]
    assert list(table["Share with all candidates"]) == [row[3] for row in sheet.rows]


def test_7_how_much_when_all_projects_are_done(run_page, county, judged):
    app = run_page("projects", language="en")
    steps = programme_steps(county, judged.evidence.programme)
    assert app.metric[0].value == steps[0].share.text("en")
    assert app.metric[1].value == steps[-1].share.text("en")


def test_8_who_loses_cover_when_doctors_leave(run_page, county, judged):
    app = run_page("projects", language="en", projects_tab="Sole doctors")
    exits = judged.evidence.exits
    table = frame(app, "People losing cover")
    assert list(table["People losing cover"]) == [round(row.people_losing) for row in exits.exits]
    names = dict(zip(county.dataset.villages.code, county.dataset.villages.name, strict=True))
    shown = " ".join(caption.value for caption in app.caption)
    assert all(names[code] in shown for code in exits.villages_losing)


def test_9_every_island_with_its_points(run_page, county):
    app = run_page("coverage", language="en", coverage_tab="Islands")
    parts = land_parts(county)
    tables = [t.value for t in app.dataframe if len(t.value) == len(parts)]
    assert any([part.name for part in parts] in t.T.values.tolist() for t in tables)


def test_10_why_it_differs_from_what_was_reported(run_page, judged):
    table = frame(run_page("reported", language="en"), "Reported")
    stated = table[table["Year"].notna()]
    assert list(stated["Reported"]) == [row.reported for row in judged.reported]
    computed = [row.computed for row in judged.reported]
    assert list(stated["Computed"]) == pytest.approx(computed, rel=0, abs=5e-5)
    assert people_text(len(judged.reported)) == str(len(stated))
