"""The siting page: what is asked is answered, what cannot be asked is said, and nothing is lost."""

import pytest

pytestmark = pytest.mark.slow


def texts(app):
    return " ".join(entry.value for entry in [*app.markdown, *app.info, *app.error, *app.caption])


def test_a_budget_is_answered_with_its_cost_and_proof(run_page):
    app = run_page("siting", language="en", site_model="budget", site_budget_wan_yuan=600.0)
    said = texts(app)
    assert "Proved: no other choice of these candidates is better" in said
    assert "yuan, by the unit costs below" in said
    assert "Under 7 readings of the inputs" in said


def test_a_question_that_cannot_be_asked_leaves_the_study_s_answer(run_page):
    app = run_page("siting", language="en", site_count=400)
    assert any("400 new sites are asked for, 240 candidates" in e.value for e in app.error)
    assert "5 sites, Walking, 20 min" in texts(app)
    app.number_input(key="site_count").set_value(6).run()
    assert not app.error
    assert "6 sites, Walking, 20 min" in texts(app)


def test_a_target_out_of_reach_is_explained_and_can_be_loosened(run_page):
    app = run_page("siting", language="en", site_model="villages")
    said = texts(app)
    assert "No plan answers this question" in said
    assert "villages cannot reach their quota by any candidate" in said
    app.checkbox(key="site_set_aside").check().run()
    assert "Proved" in texts(app)


def test_every_tab_opens(run_page):
    for tab in ("Curve", "Alternatives", "Stability", "Why not another", "Unit costs"):
        app = run_page("siting", language="en", site_tab=tab)
        assert not app.exception


def test_the_page_says_what_a_station_does_not_mend(run_page):
    said = texts(run_page("siting", language="zh"))
    assert "测算点位，非地块选址" in said
