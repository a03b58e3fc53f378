"""The siting page: what is asked is answered, what cannot be asked is said, and nothing is lost."""

import pytest

pytestmark = pytest.mark.slow


def texts(app):
    return " ".join(entry.value for entry in [*app.markdown, *app.info, *app.error, *app.caption])


def test_a_budget_is_answered_with_its_cost_and_proof(run_page):
    asked = {"site_model": "budget", "site_budget_wan_yuan": 600.0}
    app = run_page("siting", language="en", **asked)
    assert any("assume" in entry.value for entry in app.error)
    app = run_page("siting", language="en", **asked, site_costs_assumed=True)
    said = texts(app)
    assert not app.error
    assert "Proved the best under the listed candidates and conditions" in said
    assert "by assumed unit costs: " in said
    assert "(10,000 yuan)." in said
    assert "Under 7 readings of the inputs" in said


def test_a_question_that_cannot_be_asked_leaves_the_study_s_answer(run_page):
    app = run_page("siting", language="en", site_count=400)
    assert any("400 new sites are asked for, 240 candidates" in e.value for e in app.error)
    assert "5 points, Walking, 20 min" in texts(app)
    app.number_input(key="site_count").set_value(6).run()
    assert not app.error
    assert "6 points, Walking, 20 min" in texts(app)


def test_a_target_out_of_reach_is_explained_and_can_be_loosened(run_page):
    app = run_page("siting", language="en", site_model="villages")
    said = texts(app)
    assert "No choice of the listed candidates keeps the conditions." in said
    assert "villages cannot reach their quota by any candidate" in said
    app.checkbox(key="site_set_aside").check().run()
    assert "Proved" in texts(app)


def test_the_page_says_the_three_states_and_may_start_from_today(run_page):
    app = run_page("siting", language="zh")
    said = texts(app)
    assert "现状网点 732,698 人" in said
    assert "已定项目投用后（截至 2025-12-31）733,811 人" in said
    assert "与储备项目桁堰村卫生室一致，距 4 m，建议推进前期" in said
    assert "造价待填" in said
    app.checkbox(key="site_from_today").check().run()
    assert "方案以现状网点为起点" in texts(app)


def test_every_tab_opens(run_page):
    for tab in ("Curve", "Alternatives", "Stability", "Why not another", "Unit costs"):
        app = run_page("siting", language="en", site_tab=tab)
        assert not app.exception


def test_the_page_says_what_a_station_does_not_mend(run_page):
    said = texts(run_page("siting", language="zh"))
    assert "测算点位，非地块选址" in said
