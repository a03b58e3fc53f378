"""Stages of projects, their words, and the class that each stage is in."""

import pytest

from data.programme.stages import (
    STAGES,
    ProjectClass,
    ProjectType,
    Stage,
    class_of,
    stage_of,
    type_of,
)

WORDS = {
    "reserve": "谋划 选址 初步选址 选址论证 控规 完成控规 规划批复",
    "decided": "立项 可研批复 计划下达 列入年度计划 实事清单 初步设计 开工 施工 在建 主体施工 "
    "主体竣工 主体结顶 装修 内部装修 设备安装 竣工验收",
    "in_use": "执业登记 投用",
    "suspended": "缓建 停工 暂停 终止 取消 调出",
}


@pytest.mark.parametrize(
    ("word", "name"), [(word, name) for name, words in WORDS.items() for word in words.split()]
)
def test_every_word_of_the_contract_has_its_class(word, name):
    assert class_of(stage_of(word)) is ProjectClass(name)
    assert stage_of(f" {word}（迁建） ") is stage_of(word)


def test_codes_are_read_as_words_are():
    assert all(stage_of(stage.value) is stage for stage in Stage)
    assert all(type_of(kind.value) is kind for kind in ProjectType)
    assert stage_of("暂不清楚") is None
    assert set(STAGES) == set(Stage)


def test_only_a_zoning_plan_waits_for_backing():
    changed = {stage for stage in Stage if class_of(stage) is not class_of(stage, is_backed=True)}
    assert changed == {Stage.ZONING}
