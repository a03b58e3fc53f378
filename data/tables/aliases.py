"""The names by which lists call our columns."""

from __future__ import annotations

ALIASES: dict[str, str] = {
    "code": "行政区划代码 区划代码 乡镇代码 街道代码 乡镇街道代码 村代码 村庄代码 行政村代码 "
    "统计用区划代码 代码 编码 编号",
    "name": "机构名称 医疗机构名称 医疗卫生机构名称 卫生机构名称 单位名称 机构全称 单位全称 "
    "第一名称 医疗机构第一名称 名称 乡镇街道 乡镇(街道) 乡镇名称 街道名称 镇街名称 行政村 "
    "村名 村名称 村庄名称 站点名称",
    "level": "级别 类型 区划类型 级次",
    "urban": "是否城区 城区 城区街道",
    "people": "常住人口 常住人口数 人口 人口数 总人口 服务人口 服务人口数 申报服务人口 population "
    "pop",
    "declared_mode": "覆盖模式 申报覆盖模式 覆盖方式 服务模式",
    "served_by": "服务机构 服务卫生室 覆盖机构 责任机构",
    "parent": "所属行政村 行政村代码 上级代码 所属村",
    "id": "机构代码 卫生机构代码 卫生机构(组织)代码 卫生健康机构代码 医疗机构代码 机构编码 "
    "机构编号 网格编号 编号 统一社会信用代码 社会信用代码 组织机构代码 医疗机构执业许可证号 "
    "执业许可证号 执业许可证登记号 许可证号 机构登记号 医疗机构登记号 登记号 候选点编号",
    "kind": "机构类别 机构类型 卫生机构类别 医疗机构类别 机构分类 机构类别代码 类别 类型",
    "owner": "主办单位 举办主体 设置/主办单位 设置(主办)单位 举办单位 主办单位性质 主办单位类别 "
    "设置主体 举办人 举办者 设置单位",
    "economic_type": "经济类型 经济类型代码 登记注册类型 所有制形式 经济性质",
    "parent_id": "上级机构代码 所属机构代码 主管机构代码 所属中心代码",
    "status": "状态 运营状态 运行状态 营业状态 机构状态 执业状态",
    "open_date": "开业日期 开业时间 成立时间 成立日期 启用日期 投用日期",
    "close_date": "停业日期 关闭日期 撤销日期 注销日期",
    "hours": "开诊时间 服务时间 门诊时间 营业时间 开放时间 接诊时间",
    "open_days": "每周开诊天数 开诊天数 周开诊天数 每周开诊 每周开放天数 每周服务天数",
    "services": "服务项目 诊疗科目 服务内容",
    "equipment": "设备 主要设备 配备设备",
    "doctors": "执业(助理)医师 执业(助理)医师数 执业(含助理)医师 执业医师(含助理) "
    "执业医师(含执业助理医师) 医生数 医师数 执业医师 执业医师数 执业助理医师 执业助理医师数",
    "gps": "全科医生 全科医生数 全科医师 全科执业(助理)医师 注册为全科医学专业的人数",
    "nurses": "注册护士 注册护士数 护士数 护士",
    "village_doctors": "乡村医生 乡村医生数 乡村医生人数 村医数 村医人数 村医",
    "village_doctor_births": "乡村医生出生年月 乡村医生出生日期 村医出生年月 村医出生日期 出生年月",
    "beds": "实有床位 实有床位数 实际床位数 开放床位 开放床位数 实际开放床位数 编制床位 "
    "编制床位数 核定床位数 床位数 床位 床位总数",
    "capacity_people": "服务能力(人) 服务能力 可服务人口 核定服务人口",
    "centre_class": "中心等级 建设等级 等级",
    "in_plan": "是否规划内 规划内 是否在规划内 是否规划内机构 是否纳入规划 纳入规划",
    "standardised": "是否规范化 规范化 是否标准化 标准化 是否规范化村卫生室",
    "insurance_enabled": "医保联网 是否医保联网 医保是否联网 是否医保联网结算 医保联网结算 "
    "医保定点 是否医保定点",
    "sole_doctor_exit_year": "唯一村医退出年份 独苗村医退休年份 村医退出年份",
    "alliance_id": "医共体 医共体代码 所属医共体",
    "refers_to": "转诊机构 上转机构 转诊机构代码",
    "closable": "可撤并 是否可撤并 可关闭",
    "lon": "经度 longitude lng long x 东经 x坐标 经度坐标",
    "lat": "纬度 latitude y 北纬 y坐标 纬度坐标",
    "lonlat": "经纬度 经纬度坐标 坐标 地理坐标 空间坐标 location lonlat lnglat",
    "former_name": "曾用名 原名 旧名 原村名 旧村名 原名称 旧名称 合并前村名",
    "old_code": "旧代码 原代码 旧区划代码",
    "new_code": "新代码 现代码 新区划代码",
    "old_name": "旧名称 原名称",
    "new_name": "新名称 现名称",
    "date": "日期 变更日期 生效日期",
    "class": "highway fclass 道路等级 公路等级 技术等级 路网等级 道路类型 道路类别 等级 图层",
    "direction": "oneway 单行 单向 单行线 是否单行 是否单行道 通行方向",
    "maxspeed": "限速 最高限速 限速值",
    "share": "比例 人口比例",
    "rate": "年均增长率 增长率 人口增长率 年增长率 growth",
    "coordinates": "坐标系 坐标系统 坐标类型 坐标来源",
    "division_code": "行政区划代码 区划代码 所在村代码 所在地区划代码 村级代码 村代码 "
    "行政村代码 村居代码 统计用区划代码",
    "division_name": "所在村 所在村(社区) 所在村居 所在社区 所在行政村 行政村 行政村名称 "
    "村(社区) 村居 村名",
    "affiliation": "隶属关系 隶属关系代码",
    "address": "地址 详细地址 机构地址 单位地址 执业地址 办公地址 注册地址 通讯地址",
    "stage": "建设阶段 项目阶段 形象进度 进展阶段",
    "type": "项目类型 建设性质 建设类型",
    "kind_after": "建成后类别 建成后机构类别",
    "list": "实事清单 清单 所属清单",
    "allotted_to": "分解到 责任镇街 分解任务单位",
    "start_date": "开工日期 开工时间",
    "finish_date": "竣工日期 竣工时间 完工日期",
    "accepted_date": "验收日期 验收时间",
    "project_code": "项目代码 项目编码",
    "approval_no": "批准文号 立项文号 批复文号",
    "budget_yuan": "总投资 概算 计划总投资 投资额",
    "year_plan_yuan": "年度计划投资 本年计划投资",
    "done_yuan": "完成投资 累计完成投资 已完成投资",
    "progress_text": "进展 进展情况 进度说明",
    "progress_percent": "完成率 完成进度",
    "reported_on": "填报日期 报送日期",
    "fund_source": "资金来源",
    "payer": "出资主体 出资方",
    "responsible_unit": "责任单位 建设单位",
    "land": "用地方式 用房方式",
    "area_m2": "建筑面积",
    "people_planned": "规划服务人口",
    "note": "备注",
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

COUNTED = frozenset(
    {
        *("people", "doctors", "gps", "nurses", "village_doctors", "beds", "capacity_people"),
        *("value", "numerator", "denominator", "share", "rate"),
    }
)
"""Columns of figures: what stands in brackets behind their name may say that they count
something else (常住人口（男）), so that only a unit may stand there."""
