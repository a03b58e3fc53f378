"""The indicator table: annex 2 of the Shangyu plan, a few more rows, and towns by signing."""

from __future__ import annotations

import numpy as np

from benchmarks.county import layout
from benchmarks.county.register import Row

PEOPLE_2024 = 832_391
SOURCE = f"{layout.COUNTY_NAME}卫生健康统计报表（示例）"
YEARS = (2021, 2022, 2023, 2024)
SCALES = {
    "%": 100.0,
    "1/10万": 100_000.0,
    "张/千人": 1000.0,
    "人/千人": 1000.0,
    "个/千人": 1000.0,
    "人/万人": 10_000.0,
}

Entry = tuple[str, str, str, str, tuple[float, ...], int | None]
ANNEX: tuple[Entry, ...] = (
    # id (number in annex 2), what, unit, base, 2021-2024, denominator of 2024
    ("SY-1", "人均期望寿命", "岁", "常住", (82.41, 82.60, 82.73, 82.88), None),
    ("SY-2", "孕产妇系统管理率", "%", "常住", (95.90, 96.02, 96.21, 96.34), 4_906),
    ("SY-3", "孕产妇死亡率", "1/10万", "常住", (0.0, 0.0, 0.0, 0.0), 4_906),
    ("SY-4", "0-6岁儿童系统管理率", "%", "常住", (96.05, 96.20, 96.44, 96.52), 40_100),
    ("SY-5", "65岁以上老年人中医药健康管理率", "%", "常住", (71.8, 74.1, 76.6, 78.2), 150_900),
    ("SY-6", "0-3岁儿童中医药健康管理率", "%", "常住", (77.2, 78.4, 79.1, 79.8), 17_600),
    ("SY-7", "每千人口床位数", "张/千人", "常住", (4.46, 4.70, 4.88, 5.05), PEOPLE_2024),
    (
        "SY-8",
        "每千人口执业（助理）医师数",
        "人/千人",
        "常住",
        (2.61, 2.74, 2.90, 3.02),
        PEOPLE_2024,
    ),
    ("SY-9", "每千人口注册护士数", "人/千人", "常住", (2.55, 2.70, 2.86, 2.98), PEOPLE_2024),
    ("SY-10", "每万人口全科医生数", "人/万人", "常住", (3.90, 4.05, 4.22, 4.40), PEOPLE_2024),
    ("SY-11", "每千名儿童儿科医生数", "人/千人", "常住", (1.98, 2.06, 2.18, 2.24), 96_800),
    ("SY-12", "每千人口托位数", "个/千人", "常住", (2.20, 2.86, 3.40, 3.92), PEOPLE_2024),
    ("SY-13", "基层中高级岗位占比", "%", "", (51.0, 54.0, 58.0, 61.0), 1_480),
    ("SY-14", "县域就诊率", "%", "", (75.10, 77.60, 80.30, 82.90), 5_640_000),
    ("SY-15", "基层就诊率", "%", "", (51.20, 54.00, 57.10, 59.40), 4_675_560),
    ("SY-16", "中医药发展指数", "分", "", (68.4, 70.2, 72.5, 74.1), None),
    ("SY-17", "居民健康素养水平", "%", "常住", (34.9, 36.2, 37.8, 39.1), 1_200),
    ("SY-18", "人均基本公共卫生服务经费", "元", "常住", (70.0, 75.0, 80.0, 85.0), None),
    ("SY-19", "家庭医生签约率", "%", "常住", (46.8, 47.9, 49.2, 50.4), PEOPLE_2024),
    ("SY-20", "电子健康档案开放率", "%", "常住", (74.0, 77.5, 81.2, 84.6), 701_000),
    ("SY-21", "政府卫生支出占比", "%", "", (7.8, 8.1, 8.3, 8.4), None),
)
MORE: tuple[Entry, ...] = (
    ("key_group_signing_rate", "重点人群签约率", "%", "常住", (74.2, 76.0, 78.1, 79.6), 214_300),
    ("elder_management", "老年人健康管理率", "%", "常住", (70.1, 71.9, 73.8, 74.6), 150_900),
    ("satisfaction", "居民满意度", "%", "", (91.2, 91.8, 92.4, 92.9), 2_400),
    ("bed_use", "基层床位使用率", "%", "", (61.0, 64.5, 68.2, 71.4), None),
    ("tcm_volume_share", "基层中医药服务量占比", "%", "", (24.0, 26.1, 28.4, 30.2), 3_320_000),
    ("tcm_techniques_6", "6类中医适宜技术覆盖率", "%", "机构", (75.0, 80.0, 90.0, 95.0), 20),
    ("smart_follow_up", "智慧随访覆盖率", "%", "", (52.0, 66.0, 74.0, 81.0), 118_600),
    ("quality_basic", "达到“基本标准”", "%", "机构", (85.0, 90.0, 95.0, 100.0), 20),
    ("quality_recommended", "达到“推荐标准”", "%", "机构", (15.0, 20.0, 30.0, 35.0), 20),
    ("quality_hospital", "社区医院或二级医院能力", "%", "机构", (5.0, 10.0, 10.0, 15.0), 20),
    ("nursery_towns", "乡镇（街道）托育机构覆盖率", "%", "机构", (60.0, 75.0, 85.0, 95.0), 20),
)
KEYS = (
    *("indicator_id", "indicator_name", "zone_code", "year", "numerator", "denominator"),
    *("value", "unit", "base", "source"),
)


def indicators(zone_codes: list[str], zone_people: list[int]) -> list[Row]:
    """Return four years of the county's indicators and the signing rate of each town in 2024."""
    rows = [row for entry in (*ANNEX, *MORE) for row in _years(entry)]
    rng = np.random.default_rng(layout.SEED + 2)
    for code, people in zip(zone_codes, zone_people, strict=True):
        value = round(float(np.clip(50.4 + rng.normal(0, 5.0), 38.0, 68.0)), 1)
        signed = round(people * value / 100.0)
        row = ("SY-19", "家庭医生签约率", code, 2024, signed, people, value, "%", "常住", SOURCE)
        rows.append(dict(zip(KEYS, row, strict=True)))
    return rows


def _years(entry: Entry) -> list[Row]:
    key, what, unit, base, values, denominator = entry
    rows: list[Row] = []
    for year, value in zip(YEARS, values, strict=True):
        top, bottom = "", ""
        if year == YEARS[-1] and denominator is not None:
            top, bottom = str(round(value * denominator / SCALES[unit])), str(denominator)
        row = (
            key,
            what,
            f"{layout.COUNTY_CODE}000000",
            year,
            top,
            bottom,
            value,
            unit,
            base,
            SOURCE,
        )
        rows.append(dict(zip(KEYS, row, strict=True)))
    return rows
