"""Words of cases that every service shares: actions, letters' placeholders, relations (通用词语)."""

from __future__ import annotations

from collections.abc import Mapping

from juxian.core.services.definition import Relation, Role
from juxian.core.text import Text

# actions that a definition may use without a title of its own
ACTIONS: Mapping[str, Text] = {
    "submit": Text("提交申请", "Submit"),
    "endorse": Text("同意推荐", "Endorse"),
    "decline": Text("不予推荐", "Decline"),
    "pass": Text("通过", "Pass"),
    "fail": Text("不通过", "Fail"),
    "grant": Text("同意", "Grant"),
    "refuse": Text("不予同意", "Refuse"),
    "quiet": Text("公示无异议", "No objection"),
    "object": Text("收到异议", "Objection received"),
    "uphold": Text("异议成立", "Objection upheld"),
    "dismiss": Text("异议不成立", "Objection dismissed"),
    "done": Text("已办理", "Done"),
    "escalate": Text("提交联席会议", "Bring to the joint conference"),
}
# actions of the engine itself; a definition may not use these words
RESERVED: Mapping[str, Text] = {
    "open": Text("开始办理", "Open"),
    "return": Text("退回补正", "Return for supplement"),
    "supplement": Text("补正", "Supplement"),
    "withdraw": Text("撤回申请", "Withdraw"),
    "propose": Text("提出办理意见", "Propose"),
    "confirm": Text("复核同意", "Confirm"),
    "reject": Text("复核退回", "Reject"),
    "due": Text("到期", "Due"),
    "lapse": Text("逾期未补正", "Lapse"),
    "overdue": Text("超过时限", "Overdue"),
    "redate": Text("调整到期日", "Re-date"),
    "revise": Text("换用新版定义", "Go on under a new version"),
}
# what stands between braces in a letter; the application fills in what the engine does not know
PLACEHOLDERS: Mapping[str, Text] = {
    "number": Text("办件编号", "number of the case"),
    "service": Text("事项名称", "title of the service"),
    "applicant": Text("申请人姓名", "name of the applicant"),
    "employer": Text("用人单位名称", "name of the employer"),
    "office": Text("受理机构名称", "name of the office"),
    "phone": Text("咨询电话", "telephone of the office"),
    "step": Text("当前环节", "title of the step"),
    "day": Text("发出日期", "day of the letter"),
    "deadline": Text("到期日", "last day of the period"),
    "reason": Text("理由", "reason in words"),
    "marked": Text("需补正的内容", "what has to be supplemented"),
    "link": Text("查看办件的网址", "address of the case"),
}
RECIPIENTS = ("applicant", "employer", "handlers")
AUDIENCES = ("person", "employer", "public")
# where a catalogue shows a service (事项分类)
TOPICS: Mapping[str, Text] = {
    "recognition": Text("认定与服务卡", "Classes and cards"),
    "subsidy": Text("补贴资助", "Subsidies"),
    "housing": Text("安居", "Housing"),
    "living": Text("生活服务", "Living here"),
    "career": Text("职称与就业", "Titles and jobs"),
    "innovation": Text("项目与创业", "Projects and start-ups"),
    "voice": Text("咨询与诉求", "Questions and requests"),
}
# where conditions and periods of a service come from; the words of packs
BASES: Mapping[str, Text] = {
    "sourced": Text("有公开依据", "from a published text"),
    "analogue": Text("参照同类地方", "taken from a comparable place"),
    "assumed": Text("通用设定，以本地规定为准", "a generic setting; the local rule prevails"),
}

ROLES: Mapping[Role, Text] = {
    Role.PERSON: Text("个人", "person"),
    Role.EMPLOYER: Text("用人单位", "employer"),
    Role.DEPARTMENT: Text("部门经办", "department"),
    Role.OFFICE: Text("人才办经办", "office"),
    Role.LEADER: Text("领导", "leader"),
    Role.REVIEWER: Text("评审专家", "reviewer"),
}
RELATIONS: Mapping[Relation, Text] = {
    Relation.APPLICANT: Text("申请人", "applicant"),
    Relation.EMPLOYER: Text("申请人所在单位", "the applicant's employer"),
    Relation.ABOVE_EMPLOYER: Text("单位的上级机构", "the unit above the employer"),
    Relation.OFFICE: Text("人才办", "the talent office"),
    Relation.UNIT: Text("指定机构", "a named unit"),
}


def action_title(action: str) -> Text:
    """The title of a common or reserved action; the word itself for any other."""
    return ACTIONS.get(action) or RESERVED.get(action) or Text(action)
