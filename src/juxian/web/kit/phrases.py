"""Words that stand on more than one page (共用词语)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ALL = _("全部")
AS_OF = _("数据截至")
BACK = _("返回")
CANCEL = _("取消")
CLEAR = _("清空")
CLEAR_FILTERS = _("清空条件")
CONFIRM = _("确认")
DATA_TABLE = _("查看数据表")
DETAILS = _("明细")
EXPORT = _("导出")
IMPORT_ROSTER = _("批量导入")
LESS = _("收起")
MISSING = "—"
MORE = _("更多")
NEXT_PAGE = _("下一页")
OPTIONAL = _("选填")
PREVIOUS_PAGE = _("上一页")
PRINT = _("打印")
QUERY = _("查询")
REGISTER_PERSON = _("登记人才")
REQUIRED = _("必填")
REVEAL = _("查看")
SAVE = _("保存")
SAVE_DRAFT = _("暂存")
SEARCH = _("搜索")
SELECTED = _("已选条件")
SIGN_IN = _("登录")
SIGN_OUT = _("退出登录")
UNKNOWN = _("待补充材料")
ENTITLED = _("符合")
NOT_ENTITLED = _("不符合")

BASIS = {"sourced": _("有公开文本依据"), "analogue": _("参照同类地区"), "assumed": _("演示假定")}
