"""Fields that several forms of the desk use; they are those of the kit (共用表单字段)."""

from juxian.web.kit.fields import (
    LONGEST_TITLE,
    ReasonForm,
    day_field,
    text_field,
    visible_text,
    within_bounds,
)

__all__ = ["LONGEST_TITLE", "ReasonForm", "day_field", "text_field", "visible_text", "within_bounds"]
