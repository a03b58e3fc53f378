"""How lists write services and equipment: closed lists of terms, negations and states.

A cell is split into parts at ; , 、 / and |. A part says a service when it is one of the service's
terms, alone or with words that change nothing (室, 门诊, 2台). A part that denies it or says that
it is stopped, planned or on order is a no; the routine work of public health (严重精神障碍患者管理)
is no service of a clinic; what is done remotely counts for the remote services only. A part that
holds a term among other words may mean two things: it decides nothing and is reported.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, TypeAlias

from planning.words.wording import msgid

Reading: TypeAlias = Literal["yes", "no", "unclear"]


@dataclass(frozen=True, slots=True)
class Service:
    """A service or a piece of equipment.

    Parameters
    ----------
    name
        Message id of its name.
    terms
        How lists write it, in lower case.
    group
        The population group it is for; empty for everybody.
    is_remote
        Done by way of the network: then only parts that say so count.
    vague
        Words that may mean it or something else: they decide nothing.
    """

    name: str
    terms: tuple[str, ...]
    group: str = ""
    is_remote: bool = False
    vague: tuple[str, ...] = ()


SERVICES: dict[str, Service] = {
    "dr": Service(
        msgid("DR"),
        ("dr", "数字x线", "数字化x线", "数字x光", "数字化x光"),
        vague=("x光", "x线", "放射"),  # an old film machine is no DR
    ),
    "ct": Service(msgid("CT"), ("ct", "pet-ct", "电子计算机断层扫描", "电子计算机断层")),
    "ultrasound": Service(
        msgid("ultrasound"), ("ultrasound", "b超", "彩超", "超声", "彩色多普勒超声")
    ),
    "ecg": Service(msgid("ECG"), ("ecg", "心电", "心电图", "动态心电图")),
    "laboratory": Service(msgid("laboratory"), ("lab", "laboratory", "检验", "化验")),
    "tcm": Service(
        msgid("traditional Chinese medicine"), ("tcm", "中医", "中医药", "中医适宜技术", "中医馆")
    ),
    "inpatient": Service(msgid("inpatient care"), ("inpatient", "住院", "病房", "住院病区")),
    "vaccination": Service(
        msgid("vaccination"), ("vaccination", "预防接种", "接种", "免疫规划", "疫苗接种"), "0-6"
    ),
    "geriatric": Service(
        msgid("geriatric care"), ("geriatric", "geriatrics", "老年医学", "老年病", "老年"), "65+"
    ),
    "long_term_care": Service(
        msgid("long-term care"),
        ("long_term_care", "long-term care", "long term care", "长期护理", "长期照护", "护理病区"),
        "65+",
    ),
    "hospice": Service(
        msgid("hospice care"), ("hospice", "palliative", "palliative care", "安宁疗护", "临终关怀")
    ),
    "rehabilitation": Service(
        msgid("rehabilitation"), ("rehab", "rehabilitation", "康复", "康复医学")
    ),
    "paediatric": Service(
        msgid("paediatric care"),
        ("paediatric", "paediatrics", "pediatric", "pediatrics", "儿科"),
        "0-6",
    ),
    "maternal": Service(
        msgid("maternal care"), ("maternal", "妇产", "产科", "妇产科", "孕产", "妇幼")
    ),
    "mental_health": Service(
        msgid("psychological care"),
        (
            "mental health",
            "mental_health",
            "psychiatry",
            "psychology",
            "精神",
            "精神卫生",
            "心理",
            "精神心理",
            "心理咨询",
            "心理卫生",
        ),
    ),
    "chronic": Service(msgid("chronic-disease clinic"), ("chronic", "慢病", "慢性病", "两慢病")),
    "dental": Service(msgid("dental care"), ("dental", "口腔", "牙科")),
    "emergency": Service(msgid("emergency care"), ("emergency", "急诊", "急救", "急诊急救")),
    "home_visit": Service(
        msgid("home visits"), ("home_visit", "home visit", "home visits", "上门", "家庭病床")
    ),
    "signing": Service(
        msgid("family-doctor signing"), ("signing", "签约", "家庭医生签约", "家医签约")
    ),
    "famous_doctor_studio": Service(
        msgid("famous-doctor studio"), ("studio", "名医工作室", "基层名医工作室", "名中医工作室")
    ),
    "feature_department": Service(
        msgid("feature department"), ("feature", "feature department", "特色科室", "特色专科")
    ),
    "remote_consultation": Service(
        msgid("remote consultation"),
        ("诊疗", "会诊", "门诊", "医疗", "consultation", "medicine"),
        is_remote=True,
    ),
    "remote_imaging": Service(
        msgid("remote imaging"),
        ("放射", "影像", "dr", "ct", "x光", "radiology", "imaging"),
        is_remote=True,
    ),
    "remote_ecg": Service(msgid("remote ECG"), ("心电", "心电图", "ecg"), is_remote=True),
    "pre_triage": Service(msgid("pre-triage"), ("triage", "pre-triage", "预检分诊", "预检分诊处")),
    "observation": Service(msgid("observation room"), ("observation", "留观", "留观室", "观察室")),
}
"""Keys of services. A longer list of terms is better than a looser rule."""

SHOWN = ("dr", "ct", "tcm", "inpatient", "vaccination", "geriatric", "rehabilitation", "hospice")
"""Services whose coverage is shown by default."""

_REMOTE = re.compile(r"^(远程|云|互联网\+?|tele-?|remote )")
_DENIED = re.compile(r"^(暂无|尚无|没有|未|无|不|缺|no |without |not )")
_NOT_DENIED = ("无创", "无痛", "无障碍", "无偿", "不孕", "未病")
_STATE = (
    "停用|停诊|停办|停开|停业|暂停|已停|停|筹建中|筹建|筹备中|筹备|筹|在建|建设中|改造中|装修中|待建|拟建|"
    "在购|采购中|已采购未到货|待购|拟购|待安装|安装中|待启用|未启用|拟设|拟开展|计划|计划中|规划|规划中|"
    "未开展|未配备|未开放|故障|损坏|已坏|报废|维修|维修中|撤销|已撤|撤|不开展|"
    "planned|closed|stopped|suspended|broken|on order|out of order"
)
_NOT_IN_USE = re.compile(rf"(?:[(\[]\s*(?:{_STATE})\s*[)\]]|[-:：·\s]*(?:{_STATE}))$")
_ROUTINE = re.compile(r"(管理|随访|筛查|宣教|健康教育|监测|建档|登记|报告|督导)(服务|工作)?$")
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_INDIFFERENT = re.compile(
    r"(?:\d+\s*(?:台|张|个|套|名|间|排|床)?|服务|门诊|专科|科室|科|诊室|室|病房|病区|治疗|诊疗|诊断|检查|"
    r"摄影|摄片|拍片|扫描|影像|仪|机|设备|系统|床位|部|点|处|中心|技术|医学|能力|项目|已?开展|可?提供|"
    r"已?配备|已?设有?|设置|有|数字化?|移动|便携式?|全自动|彩色|日间|标准化|规范化|数字|基层|"
    r"care|clinic|department|room|service|services|unit|ward|scanner|[\s+·.\-_x×*])*"
)


def parts_of(text: str) -> list[str]:
    """Return the parts of a cell, in lower case and of one width.

    >>> parts_of("全科；DR（在购）、ＣＴ")
    ['全科', 'dr(在购)', 'ct']
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [part.strip() for part in re.split(r"[;,、/|\n]", plain) if part.strip()]


def read_part(part: str, service: Service) -> Reading:
    """Return what one part of a cell says of a service.

    >>> read_part("dr(在购)", SERVICES["dr"]), read_part("dr室", SERVICES["dr"])
    ('no', 'yes')
    >>> read_part("严重精神障碍患者管理", SERVICES["mental_health"])
    'no'
    >>> [read_part("远程放射诊断", SERVICES[key]) for key in ("dr", "remote_imaging")]
    ['no', 'yes']
    """
    remote = _REMOTE.match(part)
    if bool(remote) != service.is_remote:
        return "no"
    body = part[remote.end() :] if remote else part
    if not any(_holds(body, term) for term in (*service.terms, *service.vague)):
        return "no"
    if _DENIED.match(body) and not body.startswith(_NOT_DENIED):
        return "no"
    if _NOT_IN_USE.search(body) or _ROUTINE.search(body):
        return "no"
    body = _BRACKETS.sub("", body)
    is_it = any(_is_only(body, term) for term in service.terms)
    return "yes" if is_it else "unclear"


def _holds(body: str, term: str) -> bool:
    """Return whether a text holds a term; Latin terms stand as words of their own."""
    if term.isascii():
        return re.search(rf"(?<![a-z]){re.escape(term)}(?![a-z])", body) is not None
    return term in body


def _is_only(body: str, term: str) -> bool:
    """Return whether a text is a term beside words that change nothing."""
    for found in re.finditer(re.escape(term), body):
        before, after = body[: found.start()], body[found.end() :]
        if _INDIFFERENT.fullmatch(before) and _INDIFFERENT.fullmatch(after):
            return True
    return False
