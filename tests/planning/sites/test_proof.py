"""The sentence of a proof: every unit, status and language against the sentence that is right."""

import pytest

from planning.sites.proof import Proof, proof_sentence
from planning.sites.proposal import SENSES
from planning.words.wording import translator

# unit, includes_base, objective, bound, then how value and bound must read in each language.
UNITS = [
    ("people", False, 12402.0, 12946.0,
     "新增覆盖 12,402 人", "12,946 人",
     "12,402 more people within the circle", "12,946 people"),
    ("people", True, 595.0, 620.0,
     "负荷内服务 595 人", "620 人",
     "595 people served within the loads", "620 people"),
    ("weighted people", False, 240.0, 280.0,
     "新增覆盖 240 加权人数", "280 加权人数",
     "240 more people within the circle, counted with their weights", "280 weighted people"),
    ("people covered twice", False, 855.0, 920.0,
     "新增双重覆盖 855 人", "920 人",
     "855 more people covered twice", "920 people"),
    ("people covered twice", True, 855.0, 920.0,
     "双重覆盖 855 人", "920 人",
     "855 people covered twice", "920 people"),
    ("expected people", True, 4620.0, 4700.0,
     "平均 4,620 人有空闲网点可用", "4,700 人",
     "4,620 people with a free point on average", "4,700 people"),
    ("expected people", False, 620.0, 700.0,
     "平均新增 620 人有空闲网点可用", "700 人",
     "620 more people with a free point on average", "700 people"),
    ("sites", False, 5.0, 3.0,
     "新增网点 5 处", "3 处",
     "5 new points", "3 points"),
    ("yuan", False, 900_000.0, 700_000.0,
     "费用 90.00 万元", "70.00 万元",
     "a cost of 90.00 (10,000 yuan)", "70.00 (10,000 yuan)"),
    ("person-minutes", True, 13_500.0, 12_946.0,
     "路程合计 13,500 人·分钟", "12,946 人·分钟",
     "13,500 person-minutes of ways in all", "12,946 person-minutes"),
    ("minutes", True, 25.0, 21.0,
     "最远 25.0 分钟", "21.0 分钟",
     "a longest way of 25.0 min", "21.0 min"),
]  # fmt: skip
MINIMISED = {"sites", "yuan", "person-minutes", "minutes"}


def proof(row, status, **more):
    unit, includes_base, objective, bound, *_ = row
    gap = abs(bound - objective) / objective
    if status == "optimal":
        bound, gap = objective, 0.0
    return Proof(unit, includes_base, status, objective, bound, gap, **more)


def test_the_sense_of_each_unit_is_what_a_planner_expects():
    assert {unit for unit, sense in SENSES.items() if sense == "min"} == MINIMISED


@pytest.mark.parametrize("row", UNITS, ids=lambda row: f"{row[0]} {row[1]}")
def test_a_proved_plan_says_under_what_it_is_best(row):
    chinese, _, english, _ = row[4:]
    said = proof_sentence(proof(row, "optimal"), translator("zh"))
    assert said == f"在所列候选点和条件下已证明最优：{chinese}。"
    said = proof_sentence(proof(row, "optimal"), translator("en"))
    assert said == f"Proved the best under the listed candidates and conditions: {english}."


@pytest.mark.parametrize("status", ["within_gap", "time_limit"])
@pytest.mark.parametrize("row", UNITS, ids=lambda row: f"{row[0]} {row[1]}")
def test_a_bound_stands_on_its_own_side(row, status):
    chinese, chinese_bound, english, english_bound = row[4:]
    is_least = row[0] in MINIMISED
    open_proof = proof(row, status, is_replayable=status != "time_limit")
    percent = f"{open_proof.gap:.2%}".replace("%", " %")
    side = "至少" if is_least else "至多"
    cut = "因时间限制提前结束，重算结果可能不同。" if status == "time_limit" else ""
    said = proof_sentence(open_proof, translator("zh"))
    bound = f"在所列候选点和条件下{side} {chinese_bound}（差距 {percent}）。"
    assert said == f"已找到的最好方案：{chinese}。{bound}{cut}"
    assert "最优" not in said
    side = "less" if is_least else "more"
    said = proof_sentence(open_proof, translator("en"))
    assert said.startswith(
        f"The best plan found: {english}. Under the listed candidates and conditions it is not "
        f"{side} than {english_bound} (gap {percent})."
    )
    assert ("Cut by the clock" in said) == (status == "time_limit")
    assert "at most" not in said


@pytest.mark.parametrize("unit", sorted(SENSES))
def test_without_a_plan_nothing_is_claimed(unit):
    for status, chinese, english in (
        ("infeasible", "在所列候选点和条件下没有可行方案。",
         "No choice of the listed candidates keeps the conditions."),
        ("time_limit", "搜索停止前未找到方案。", "No plan was found before the search stopped."),
        ("not_asked", "不建议增设网点。", "No point is proposed."),
    ):  # fmt: skip
        nothing = Proof(unit, False, status, None, None, None)
        assert proof_sentence(nothing, translator("zh")) == chinese
        assert proof_sentence(nothing, translator("en")) == english


def test_a_public_sentence_may_leave_the_numbers_out():
    said = proof_sentence(proof(UNITS[0], "within_gap"), translator("zh"), has_amounts=False)
    assert said == "已找到的最好方案。"
    said = proof_sentence(proof(UNITS[2], "optimal"), translator("zh"), has_amounts=False)
    assert said == "在所列候选点和条件下已证明最优。"
