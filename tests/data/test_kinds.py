"""WS 218 kinds, levels and status words."""

from __future__ import annotations

import re

import pytest

from data.kinds import KIND_NAMES, kind_code, kind_level, kind_of_name, operating_status


def test_every_code_has_the_form_of_the_standard_and_no_name_two_codes() -> None:
    names = [name for written in KIND_NAMES.values() for name in written]
    assert all(re.fullmatch(r"[A-Z]\d{3}", code) for code in KIND_NAMES)
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("written", "code", "level"),
    [
        ("B100", "B100", 2),
        ("B1001", "B100", 2),
        ("b200 ", "B200", 1),
        ("社区卫生服务站", "B200", 1),
        ("C220 乡镇卫生院", "C220", 2),
        ("街道卫生院", "C100", 2),
        ("中心卫生院", "C210", 2),
        ("村卫生室", "D600", 1),
        ("Village clinic", "D600", 1),
        ("诊所", "D211", 0),
        ("综合医院", "A100", 3),
        ("市级医院", "A100", 4),
        ("护理院", "A710", 0),
        ("疾控中心", "J100", 0),
    ],
)
def test_kinds(written: str, code: str, level: int) -> None:
    assert kind_code(written) == code
    assert kind_level(code, written) == level


def test_unknown_kinds_are_not_guessed() -> None:
    assert kind_code("药店") is None
    assert kind_code("") is None


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("在营", "operating"),
        ("Operating", "operating"),
        ("在建", "construction"),
        ("拟建", "planned"),
        ("停业", "closed"),
        ("不详", None),
    ],
)
def test_status_words(written: str, status: str | None) -> None:
    assert operating_status(written) == status


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("东关街道社区卫生服务中心", "B100"),
        ("东关街道联丰社区卫生服务站", "B200"),
        ("联丰村卫生室", "D600"),
        ("联丰村卫生室（第二门诊）", "D600"),
        ("章镇中心卫生院", "C210"),
        ("陈溪乡卫生院", "C220"),
        ("上虞中医医院", "A210"),
        ("上虞人民医院", "A100"),
        ("上虞区妇幼保健院", "G100"),
        ("上虞区妇幼保健计划生育服务中心", None),
        ("王氏中医诊所", "D212"),
        ("张三诊所", "D211"),
        ("市民服务中心", None),
        ("便民服务站", None),
        ("百姓大药房", None),
        ("卫生室", "D600"),
        ("爱尔眼科医院", None),
        ("幸福口腔门诊部", None),
        ("", None),
    ],
)
def test_kinds_are_proposed_from_names_that_say_them(name: str, code: str | None) -> None:
    assert kind_of_name(name) == code
