"""Kinds of institution by WS 218-2002 code or name, their level, and the words for their status."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, TypeAlias

Status: TypeAlias = Literal["operating", "construction", "planned", "closed"]

KIND_NAMES: dict[str, tuple[str, ...]] = {
    "A100": ("综合医院", "general hospital", "医院", "hospital", "县级医院", "县医院"),
    "A210": ("中医医院", "中医(综合)医院", "中医院", "tcm hospital"),
    "A300": ("中西医结合医院", "integrated hospital"),
    "A500": ("专科医院", "specialist hospital"),
    "A519": ("儿童医院", "children's hospital"),
    "A520": ("精神病医院", "精神卫生中心", "psychiatric hospital"),
    "A527": ("康复医院", "rehabilitation hospital"),
    "A600": ("疗养院", "sanatorium"),
    "A710": ("护理院", "nursing home"),
    "A720": ("护理站", "nursing station"),
    "B100": ("社区卫生服务中心", "community health service centre", "community health center",
             "community health centre", "centre", "中心"),
    "B200": ("社区卫生服务站", "community health service station", "community health station",
             "station", "服务站"),
    "C100": ("街道卫生院", "subdistrict health centre"),
    "C210": ("中心卫生院", "中心乡镇卫生院", "central township health centre"),
    "C220": ("乡镇卫生院", "乡卫生院", "镇卫生院", "卫生院", "township health centre",
             "township health center"),
    "D110": ("综合门诊部", "门诊部", "polyclinic"),
    "D211": ("普通诊所", "诊所", "个体诊所", "clinic"),
    "D212": ("中医诊所", "tcm clinic"),
    "D300": ("卫生所", "保健所", "卫生所(室)", "health room"),
    "D400": ("医务室", "infirmary"),
    "D500": ("中小学卫生保健所", "校医室", "school clinic"),
    "D600": ("村卫生室", "卫生室", "村卫生所", "中心村卫生室", "village clinic"),
    "E100": ("急救中心", "emergency centre"),
    "E200": ("急救中心站", "急救站", "emergency station"),
    "E300": ("急救站点", "emergency post"),
    "G100": ("妇幼保健院", "maternal and child hospital"),
    "G200": ("妇幼保健所", "maternal and child institute"),
    "G300": ("妇幼保健站", "maternal and child station"),
    "J100": ("疾病预防控制中心", "疾控中心", "cdc"),
    "K100": ("卫生监督所", "卫生监督机构", "health supervision"),
    "P110": ("临床检验中心", "laboratory centre"),
}  # fmt: skip
"""Third-level code of WS 218-2002 -> names it goes by in lists, the official one first."""

LEVEL_4_NAMES = ("市级医院", "省级医院", "city hospital", "provincial hospital")
"""Names that say "A100" and level 4 at once."""

_OF_CITY = re.compile(r"\d?\s*(中央|部属|省|自治区|直辖市|地区|地级|地市|设区|市属|市级)")
_REMARK = re.compile(r"\([^()站室所院]*\)$")  # a remark in brackets that names no other kind
_CODE = re.compile(r"([A-Z]\d{3})(?:[-./]?[129])?", re.IGNORECASE)

_STATUS_WORDS: dict[Status, str] = {
    "operating": "operating open active 在营 运营 运营中 在用 正常 营业 开业 开放 正常运营 "
    "正常执业 执业 在业 已建成 建成 已开业 正常开诊 开诊",
    "construction": "construction 在建 建设中 新建 改建 扩建 迁建 改扩建 已开工 施工",
    "planned": "planned proposed 规划 规划中 拟建 计划 待建 筹建 筹备 立项 前期 规划建设 拟新建",
    "closed": "closed 停业 关闭 撤销 注销 停用 已关闭 已注销 已撤销 歇业 暂停 停诊 空置 合并 吊销",
}


_VILLAGE_MODES: dict[str, str] = {
    "point": "点位 点位覆盖 固定网点 固定网点覆盖 村卫生室 独立设置 point",
    "cluster": "组团 组团覆盖 联合 联合设置 共享 cluster",
    "circuit": "巡诊 巡回 巡回医疗 巡诊覆盖 流动 流动服务 circuit",
    "uncovered": "无 未覆盖 空白 uncovered none",
}


def village_mode(written: str) -> str | None:
    """Return the mode of cover that a layout plan declares of a village; None when unknown.

    >>> village_mode("组团覆盖"), village_mode("巡诊"), village_mode("远程")
    ('cluster', 'circuit', None)
    """
    plain = _plain(written)
    return next((code for code, words in _VILLAGE_MODES.items() if plain in words.split()), None)


def kind_code(written: str) -> str | None:
    """Return the WS 218 code that a text states, by code or by name; None when it is unknown.

    >>> kind_code("b100"), kind_code("村卫生室"), kind_code("Station"), kind_code("药店")
    ('B100', 'D600', 'B200', None)
    >>> kind_code("社区卫生服务中心（非营利）"), kind_code("社区卫生服务中心（站）")
    ('B100', None)
    """
    plain = _plain(written)
    found = _CODE.fullmatch(plain.upper())
    if found:
        return found[1]
    without_code = re.sub(r"^[a-z]\d{3}[\s:.-]*", "", plain)
    if _plain(written) in LEVEL_4_NAMES:
        return "A100"
    without_remark = _REMARK.sub("", without_code)
    return _BY_NAME.get(plain) or _BY_NAME.get(without_code) or _BY_NAME.get(without_remark)


def kind_of_name(name: str) -> str | None:
    """Return the kind that the name of an institution ends with; None where it says none.

    >>> kind_of_name("联丰村卫生室"), kind_of_name("章镇中心卫生院"), kind_of_name("便民服务站")
    ('D600', 'C210', None)
    """
    plain = _plain(name)
    written = _REMARK.sub("", plain) or plain
    if any(word in written for word in _SPECIAL):
        return None
    ending = max((each for each in _ENDINGS if written.endswith(each)), key=len, default=None)
    return None if ending is None else _BY_NAME[ending]


def kind_level(kind: str, written: str = "", affiliation: str = "") -> int:
    """Return the tool's level of a kind.

    1 is a point (station, village clinic), 2 a centre, 3 a county hospital, 4 a city or provincial
    hospital, 0 anything else. WS 218 does not say whose hospital it is: only the words do, or the
    affiliation (隶属关系: 中央属, 省属, 地市属 ... against 县属).

    >>> kind_level("D600"), kind_level("C220"), kind_level("A210"), kind_level("D211")
    (1, 2, 3, 0)
    >>> kind_level("A100", affiliation="省属"), kind_level("A100", affiliation="县级市属")
    (4, 3)
    """
    if kind in {"B200", "D600"}:
        return 1
    if kind == "B100" or kind.startswith("C"):
        return 2
    if kind.startswith("A") and not kind.startswith(("A6", "A7")):
        is_of_city = bool(_OF_CITY.match(_plain(affiliation)))
        return 4 if is_of_city or _plain(written) in LEVEL_4_NAMES else 3
    return 0


def operating_status(written: str) -> Status | None:
    """Return the status that a text states; None when it is not known.

    >>> operating_status("在建"), operating_status(" Open "), operating_status("不详")
    ('construction', 'operating', None)
    """
    return _BY_STATUS.get(_plain(written))


def _plain(written: str) -> str:
    return unicodedata.normalize("NFKC", written).strip().lower()


_BY_NAME = {name: code for code, names in KIND_NAMES.items() for name in names}
_ENDINGS = tuple(
    name
    for name in _BY_NAME
    if not name.isascii() and name not in {"中心", "服务站", "急救站点", "急救中心站", "县级医院"}
)
"""Names of kinds by which institutions call themselves; a 服务站 may serve anything."""
_SPECIAL = ("口腔", "眼科", "牙科", "骨科", "美容", "肛肠", "皮肤", "肿瘤", "宠物", "动物")
"""Words of names that say a special kind, which has codes of its own."""
_BY_STATUS = {word: status for status, words in _STATUS_WORDS.items() for word in words.split()}
