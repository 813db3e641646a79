"""Why an action is not possible now, in words for the user (不能办理的原因)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from juxian.core.text import Text


class Why(StrEnum):
    """The closed list of reasons; stable, for the API."""

    ENDED = "ended"
    OTHER_VERSION = "other_version"
    NO_SUCH_ACTION = "no_such_action"
    NO_SUCH_TASK = "no_such_task"
    ANSWERED = "answered"
    NOT_YOURS = "not_yours"
    SAME_PERSON = "same_person"
    WAITS_FOR_SECOND = "waits_for_second"
    WAITS_FOR_APPLICANT = "waits_for_applicant"
    NOTHING_TO_SUPPLEMENT = "nothing_to_supplement"
    INCOMPLETE = "incomplete"
    NOT_MARKED = "not_marked"
    NOT_ELIGIBLE = "not_eligible"
    REASON_NEEDED = "reason_needed"
    MARKS_NEEDED = "marks_needed"
    RETURNED_TOO_OFTEN = "returned_too_often"
    NOT_DUE = "not_due"
    PROVISIONAL = "provisional"


_WORDS = {
    Why.ENDED: Text("办件已办结，不能再办理", "the case has ended"),
    Why.OTHER_VERSION: Text("办件按另一版事项定义办理", "the case follows another version of the definition"),
    Why.NO_SUCH_ACTION: Text("当前环节没有这个动作", "this step has no such action"),
    Why.NO_SUCH_TASK: Text("没有这项待办", "there is no such task"),
    Why.ANSWERED: Text("这项待办已有结论", "this task has been answered"),
    Why.NOT_YOURS: Text("这项待办不由您办理", "this task is not yours"),
    Why.SAME_PERSON: Text("复核须由另一人进行", "another person has to confirm"),
    Why.WAITS_FOR_SECOND: Text("已有意见，等待另一人复核", "an opinion waits for a second person"),
    Why.WAITS_FOR_APPLICANT: Text("正在等待申请人补正", "the applicant has to supplement first"),
    Why.NOTHING_TO_SUPPLEMENT: Text("没有需要补正的内容", "nothing has to be supplemented"),
    Why.INCOMPLETE: Text("有内容需要补充或更正", "some answers are missing or wrong"),
    Why.NOT_MARKED: Text(
        "提交后只能修改需补正的内容", "after handing in, only what is marked may be changed"
    ),
    Why.NOT_ELIGIBLE: Text("不符合申请条件", "the conditions for applying are not met"),
    Why.REASON_NEEDED: Text("请写明理由", "a reason is needed"),
    Why.MARKS_NEEDED: Text("请标出需补正的内容", "mark what has to be supplemented"),
    Why.RETURNED_TOO_OFTEN: Text("已达到退回补正的次数", "the case cannot be returned again"),
    Why.NOT_DUE: Text("期限尚未届满", "the period has not ended"),
    Why.PROVISIONAL: Text("到期日待放假安排公布后确定", "the day is settled once the holidays are announced"),
}


@dataclass
class CaseRefused(Exception):
    """An action that is not possible now; ``fields`` tells what is wrong of single answers and materials."""

    why: Why
    fields: Mapping[str, Text] = field(default_factory=dict)

    @property
    def reason(self) -> Text:
        return _WORDS[self.why]

    def __str__(self) -> str:
        return "；".join([self.reason.zh, *(f"{name}：{text.zh}" for name, text in self.fields.items())])
