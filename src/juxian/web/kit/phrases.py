"""Words that stand on more than one page (共用词语)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ALL = _("全部")

BASIS = {"sourced": _("有公开文本依据"), "analogue": _("参照同类地区"), "assumed": _("演示假定")}
