"""How far a project has come, and in which class that puts it: one table with its words."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple


class ProjectClass(StrEnum):
    """What may be counted on: the four classes of projects."""

    IN_USE = "in_use"
    DECIDED = "decided"
    RESERVE = "reserve"
    SUSPENDED = "suspended"


class Stage(StrEnum):
    """How far a project has come."""

    IDEA = "idea"
    SITING = "siting"
    ZONING = "zoning"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    DESIGN = "design"
    BUILDING = "building"
    TOPPED_OUT = "topped_out"
    FITTING_OUT = "fitting_out"
    ACCEPTED = "accepted"
    LICENSED = "licensed"
    OPERATING = "operating"
    DELAYED = "delayed"
    ENDED = "ended"


class ProjectType(StrEnum):
    """What a project does to an institution."""

    NEW = "new"
    EXTENSION = "extension"
    RELOCATION = "relocation"
    UPGRADE = "upgrade"
    EQUIPMENT = "equipment"
    CLOSURE = "closure"


class _Entry(NamedTuple):
    project_class: ProjectClass
    words: str


STAGES: dict[Stage, _Entry] = {
    Stage.IDEA: _Entry(ProjectClass.RESERVE, "谋划 谋划中 前期谋划 储备"),
    Stage.SITING: _Entry(ProjectClass.RESERVE, "选址 初步选址 选址论证 选址中"),
    Stage.ZONING: _Entry(ProjectClass.RESERVE, "控规 完成控规 规划批复 控规批复"),
    Stage.APPROVED: _Entry(ProjectClass.DECIDED, "立项 可研批复 立项批复 已立项"),
    Stage.SCHEDULED: _Entry(ProjectClass.DECIDED, "计划下达 列入年度计划 实事清单 列入实事清单"),
    Stage.DESIGN: _Entry(ProjectClass.DECIDED, "初步设计 施工图设计"),
    Stage.BUILDING: _Entry(ProjectClass.DECIDED, "开工 施工 在建 主体施工 已开工 开工建设"),
    Stage.TOPPED_OUT: _Entry(ProjectClass.DECIDED, "主体竣工 主体结顶 结顶 主体完工"),
    Stage.FITTING_OUT: _Entry(ProjectClass.DECIDED, "装修 内部装修 设备安装 装修施工"),
    Stage.ACCEPTED: _Entry(ProjectClass.DECIDED, "竣工验收 验收 已验收"),
    Stage.LICENSED: _Entry(ProjectClass.IN_USE, "执业登记 已执业登记"),
    Stage.OPERATING: _Entry(ProjectClass.IN_USE, "投用 建成投用 已投用 投入使用 已建成投用"),
    Stage.DELAYED: _Entry(ProjectClass.SUSPENDED, "缓建 停工 暂停 停缓"),
    Stage.ENDED: _Entry(ProjectClass.SUSPENDED, "终止 取消 调出 已终止"),
}
"""Stage -> its class and the words that lists use for it."""

TYPE_WORDS: dict[ProjectType, str] = {
    ProjectType.NEW: "新建 新增",
    ProjectType.EXTENSION: "改扩建 改建 扩建",
    ProjectType.RELOCATION: "迁建 迁址新建 异地新建",
    ProjectType.UPGRADE: "规范化提升 提升 提升改造 规范化建设",
    ProjectType.EQUIPMENT: "装备 设备 设备购置",
    ProjectType.CLOSURE: "撤并 撤销 合并",
}

_REMARK = re.compile(r"\(.*?\)")


def stage_of(written: str) -> Stage | None:
    """Return the stage that a list states, by word or by code; None when it is not known.

    >>> stage_of("主体施工（迁建）"), stage_of("siting"), stage_of("规划批复"), stage_of("?")
    (<Stage.BUILDING: 'building'>, <Stage.SITING: 'siting'>, <Stage.ZONING: 'zoning'>, None)
    """
    return _STAGE_BY_WORD.get(_plain(written))


def type_of(written: str) -> ProjectType | None:
    """Return what a project does, by word or by code; None when it is not known.

    >>> type_of("迁建"), type_of("new"), type_of("")
    (<ProjectType.RELOCATION: 'relocation'>, <ProjectType.NEW: 'new'>, None)
    """
    return _TYPE_BY_WORD.get(_plain(written))


def class_of(stage: Stage, *, is_backed: bool = False) -> ProjectClass:
    """Return the class of a stage.

    Parameters
    ----------
    is_backed
        Whether an approval number or a yearly plan stands behind the project: only then is one
        with 控规 decided `[I]`.

    >>> class_of(Stage.ZONING).value, class_of(Stage.ZONING, is_backed=True).value
    ('reserve', 'decided')
    """
    if stage is Stage.ZONING and is_backed:
        return ProjectClass.DECIDED
    return STAGES[stage].project_class


def _plain(written: str) -> str:
    plain = unicodedata.normalize("NFKC", written).strip().lower()
    return _REMARK.sub("", plain).strip()


_STAGE_BY_WORD = {
    word: stage for stage, entry in STAGES.items() for word in (stage.value, *entry.words.split())
}
_TYPE_BY_WORD = {
    word: kind for kind, words in TYPE_WORDS.items() for word in (kind.value, *words.split())
}
