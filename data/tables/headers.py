"""Which column of a file is which of ours: by the study's mapping, or by its name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from data.tables.sheets import Table
from geo.errors import Finding

ALIASES: dict[str, str] = {
    "code": "行政区划代码 区划代码 乡镇代码 街道代码 村代码 村庄代码 代码 编码 编号",
    "name": "机构名称 医疗机构名称 单位名称 第一名称 名称 乡镇街道 乡镇（街道） 乡镇名称 "
    "街道名称 行政村 村名 村名称 村庄名称 站点名称",
    "level": "级别 类型 区划类型 级次",
    "urban": "是否城区 城区 城区街道",
    "people": "常住人口 常住人口数 人口 人口数 总人口 服务人口 申报服务人口 population pop",
    "parent": "所属行政村 行政村代码 上级代码 所属村",
    "id": "机构代码 卫生机构代码 机构编码 机构编号 网格编号 编号 统一社会信用代码 "
    "组织机构代码 执业许可证号 候选点编号",
    "kind": "机构类别 机构类型 卫生机构类别 机构类别代码 类别 类型",
    "owner": "主办单位 举办主体 设置/主办单位 举办单位 主办单位性质",
    "parent_id": "上级机构代码 所属机构代码 主管机构代码 所属中心代码",
    "status": "状态 运营状态 营业状态 机构状态",
    "open_date": "开业日期 开业时间 成立时间 启用日期 投用日期",
    "close_date": "停业日期 关闭日期 撤销日期",
    "hours": "开诊时间 服务时间 门诊时间 营业时间",
    "open_days": "每周开诊天数 开诊天数 周开诊天数",
    "services": "服务项目 诊疗科目 服务内容",
    "equipment": "设备 主要设备 配备设备",
    "doctors": "执业(助理)医师 执业(助理)医师数 执业助理医师 医生数 医师数 执业医师 执业医师数",
    "gps": "全科医生 全科医生数 全科医师",
    "nurses": "注册护士 注册护士数 护士数 护士",
    "village_doctors": "乡村医生 乡村医生数 村医数",
    "beds": "实有床位 实有床位数 开放床位 开放床位数 编制床位 编制床位数 床位数 床位",
    "capacity_people": "服务能力(人) 服务能力 可服务人口 核定服务人口",
    "centre_class": "中心等级 建设等级 等级",
    "in_plan": "是否规划内 规划内 是否在规划内",
    "standardised": "是否规范化 规范化 是否标准化 标准化",
    "insurance_enabled": "医保联网 是否医保联网 医保定点 是否医保定点",
    "sole_doctor_exit_year": "唯一村医退出年份 独苗村医退休年份 村医退出年份",
    "alliance_id": "医共体 医共体代码 所属医共体",
    "refers_to": "转诊机构 上转机构 转诊机构代码",
    "closable": "可撤并 是否可撤并 可关闭",
    "lon": "经度 longitude lng long x 东经 x坐标",
    "lat": "纬度 latitude y 北纬 y坐标",
    "old_code": "旧代码 原代码 旧区划代码",
    "new_code": "新代码 现代码 新区划代码",
    "old_name": "旧名称 原名称",
    "new_name": "新名称 现名称",
    "date": "日期 变更日期 生效日期",
    "share": "比例 人口比例",
    "rate": "年均增长率 增长率 人口增长率 年增长率 growth",
    "coordinates": "坐标系 坐标系统 坐标类型 坐标来源",
    "division_code": "行政区划代码 区划代码 所在村代码 所在地区划代码 村级代码 村代码",
    "division_name": "所在村 所在村(社区) 所在行政村 行政村 村(社区) 村名",
    "affiliation": "隶属关系 隶属关系代码",
    "address": "地址 详细地址 机构地址 单位地址 注册地址 通讯地址",
    "stop_id": "巡回点编号 站点编号 停靠点编号 编号",
    "place": "巡回点 停靠点 地点 巡回点名称 站点名称",
    "base_facility": "派出机构 派出机构代码 依托机构 所属机构",
    "visits_per_month": "每月次数 月巡回次数 巡回频次(次/月) 每月巡回次数",
    "weekdays": "星期 巡回日 固定日",
    "villages": "服务村 服务村庄 覆盖村 覆盖村代码 服务村代码",
    "is_island_point": "是否海岛点 海岛点 海岛",
    "area_code": "村(社区)代码 村代码 社区代码 辖区代码 区划代码",
    "facility_id": "机构代码 机构编号 服务机构代码",
    "figure": "指标 指标名称",
    "year": "年份 年度",
    "value": "数值 指标值 值",
    "source": "来源 数据来源",
    "indicator_id": "指标代码 指标编号 指标",
    "zone_code": "区划代码 行政区划代码 乡镇代码",
    "numerator": "分子",
    "denominator": "分母",
    "unit": "单位 计量单位",
    "base": "人口口径 口径",
}
"""Our name -> names that lists use for it, the most telling first, between blanks."""

_UNITS: dict[str, float] = {
    **{"人": 1.0, "万人": 10_000.0, "千人": 1_000.0, "百人": 100.0},
    **{"张": 1.0, "元": 1.0, "万元": 10_000.0, "亿元": 100_000_000.0, "名": 1.0, "个": 1.0},
}
_RATE_UNITS = ("%", "‰")
_UNIT = re.compile(r"(.+?)[\(\[]([^()\[\]]+)[\)\]]")
_ISSUED_BEDS = ("床位数", "床位")


def find_columns(
    table: Table,
    names: Sequence[str],
    mapping: Sequence[tuple[str, str]],
    findings: list[Finding],
) -> dict[str, str]:
    """Return our name -> header of the file, for the columns that are there.

    Parameters
    ----------
    table
        As read.
    names
        Our names that the table may have.
    mapping
        What the study says: it decides; a header that it names and the file lacks is an error.
    findings
        Receives `column_missing`, and a note with the headers that were recognised.
    """
    stated = dict(mapping)
    by_plain = {_plain(header): header for header in reversed(list(table.columns))}
    found: dict[str, str] = {}
    recognised: list[str] = []
    for name in names:
        if name in stated:
            header = by_plain.get(_plain(stated[name]))
            if header is None:
                findings.append(missing_column(table, stated[name]))
            else:
                found[name] = header
    for name in names:
        if name in stated:
            continue
        header = _recognised(by_plain, name, taken=set(found.values()))
        if header is not None:
            found[name] = header
            if header.lower() != name:
                recognised.append(f"{header} = {name}")
    if recognised:
        params = (("mapping", ", ".join(recognised)),)
        findings.append(Finding("columns_recognised", params, file=table.file))
    return found


def missing_column(table: Table, column: str) -> Finding:
    """Return the error for a column that the file does not have."""
    return Finding(
        "column_missing",
        (("available", ", ".join(list(table.columns)[:30]) or "-"),),
        file=table.file,
        column=column,
    )


def unit_factor(header: str) -> tuple[str, float] | None:
    """Return the unit that a header states and what one of it is in ones; None when it states none.

    >>> unit_factor("常住人口（万人）"), unit_factor("人口")
    (('万人', 10000.0), None)
    """
    found = _UNIT.fullmatch(unicodedata.normalize("NFKC", header).strip())
    if found is None or found[2] not in _UNITS:
        return None
    return found[2], _UNITS[found[2]]


def in_ones(
    values: Sequence[float | None], header: str, *, file: str, findings: list[Finding]
) -> list[float | None]:
    """Return numbers times the unit of their header, such as 万人; the factor is noted."""
    unit = unit_factor(header)
    if unit is None or unit[1] == 1.0:
        return list(values)
    params = (("unit", unit[0]), ("factor", unit[1]))
    findings.append(Finding("unit_in_header", params, file=file, column=header))
    return [None if value is None else value * unit[1] for value in values]


def rate_factor(header: str) -> float:
    """Return what a rate in the header's unit is as a share: 0.01 for %, 0.001 for ‰, else 1.

    >>> rate_factor("年均增长率(%)"), rate_factor("自然增长率（‰）"), rate_factor("rate")
    (0.01, 0.001, 1.0)
    """
    plain = unicodedata.normalize("NFKC", header)
    return 0.001 if "‰" in plain else 0.01 if "%" in plain else 1.0


def is_ambiguous_beds(header: str) -> bool:
    """Return True for a header that does not say whether beds are planned, real or open."""
    return _without_unit(_plain(header)) in _ISSUED_BEDS


def _recognised(by_plain: Mapping[str, str], name: str, *, taken: set[str]) -> str | None:
    for alias in (name, *ALIASES.get(name, "").split()):
        plain = _plain(alias)
        for written, header in by_plain.items():
            last = written.rsplit("/", 1)[-1]
            if header not in taken and plain in {written, _without_unit(written), last}:
                return header
    return None


def _plain(header: str) -> str:
    return "".join(unicodedata.normalize("NFKC", header).split()).lower()


def _without_unit(plain: str) -> str:
    found = _UNIT.fullmatch(plain)
    is_unit = found is not None and (found[2] in _UNITS or found[2] in _RATE_UNITS)
    return found[1] if found is not None and is_unit else plain
