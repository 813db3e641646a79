# ruff: noqa: F811  # a fixture of another module is named as an argument
"""Addresses of 企业微信 and 钉钉: bound by a code that was sent there, or given for staff; then messages leave, once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.models import AuditEntry
from juxian.apps.messaging import registry
from juxian.apps.messaging.actions import (
    BindingRefused,
    ask_for_code,
    binding,
    confirm_address,
    deliver_waiting,
    give_addresses,
    queue_message,
    release_message,
    remove_address,
    send_again,
)
from juxian.apps.messaging.models import ChatAddress, Delivery, Message
from juxian.apps.messaging.queries import preference_of
from juxian.apps.messaging.registry import template
from juxian.core.text import Text
from tests.apps.messaging.test_chat import Fake, fake  # noqa: F401  # a fixture
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def templates(monkeypatch: Any, settings: Any) -> None:
    monkeypatch.setattr(registry, "_templates", dict(registry._templates))
    template("tests.word", Text("关于{what}", "About {what}"), Text("{what}", "{what}"))
    template("tests.held", Text("决定", "Decision"), Text("{what}", "{what}"), held=True)
    settings.JUXIAN_MAIL_URL = ""


def code_in(found: Fake) -> str:
    match = re.search(r"\d{6}", found.asked[-1][2]["text"]["content"])
    assert match is not None
    return match[0]


def bound(found: Fake, user: Any, channel: str = "wecom", address: str = "zhangsan") -> None:
    ask_for_code(user=user, channel=channel, address=address)
    confirm_address(user=user, channel=channel, code=code_in(found))


def sent_to(found: Fake) -> list[tuple[str, str]]:
    texts = [body for _path, _query, body in found.asked if body]
    return [
        (body.get("touser") or body["at"]["atUserIds"][0], body["text"]["content"].partition("\n")[0])
        for body in texts
    ]


@pytest.mark.parametrize("channel", ["wecom", "dingtalk"])
def test_a_code_sent_there_binds_and_messages_leave_once(fake: Fake, channel: str) -> None:
    user = UserFactory()
    bound(fake, user, channel)

    queue_message(user, "tests.word", {"what": "人才卡"}, "k:1")
    queue_message(user, "tests.word", {"what": "人才卡"}, "k:1")
    deliver_waiting()
    deliver_waiting()

    assert sent_to(fake) == [("zhangsan", "绑定验证码"), ("zhangsan", "关于人才卡")]
    assert preference_of(user).channels == ["mail", channel]
    actions = AuditEntry.objects.filter(action__startswith="messaging.address").order_by("pk")
    assert [entry.action for entry in actions] == ["messaging.address_asked", "messaging.address_bound"]
    assert [entry.detail["address"] for entry in actions] == ["z******n"] * 2


def test_the_code_stands_nowhere_on_the_site(fake: Fake) -> None:
    user = UserFactory()
    ask_for_code(user=user, channel="wecom", address="zhangsan")
    code = code_in(fake)

    row = ChatAddress.objects.get()
    assert code not in {row.code, row.pending, row.address}
    assert not Message.objects.exists()
    assert not any(code in str(entry.detail) for entry in AuditEntry.objects.all())


def test_before_the_code_nothing_leaves_and_an_old_address_goes_on(fake: Fake) -> None:
    user = UserFactory()
    ask_for_code(user=user, channel="wecom", address="zhangsan")
    queue_message(user, "tests.word", {"what": "甲"}, "k:1")
    assert not Delivery.objects.exists()
    confirm_address(user=user, channel="wecom", code=code_in(fake))

    ask_for_code(user=user, channel="wecom", address="lisi")
    queue_message(user, "tests.word", {"what": "乙"}, "k:2")
    deliver_waiting()

    assert sent_to(fake)[-1] == ("zhangsan", "关于乙")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "000000"}, "验证码不对"),
        ({"later": timedelta(minutes=11)}, "验证码已失效"),
        ({"tries": 5}, "验证码已失效"),
        ({"pending": ""}, "没有待确认的地址"),
    ],
)
def test_a_wrong_late_or_often_tried_code_binds_nothing(
    fake: Fake,
    monkeypatch: Any,
    change: dict[str, Any],
    said: str,
) -> None:
    user = UserFactory()
    monkeypatch.setattr(binding.secrets, "randbelow", lambda _most: 123456)
    ask_for_code(user=user, channel="wecom", address="zhangsan")
    fields = {name: value for name, value in change.items() if name in ("tries", "pending")}
    ChatAddress.objects.update(**fields) if fields else None
    if "later" in change:
        later = binding.now() + change["later"]
        monkeypatch.setattr(binding, "now", lambda: later)

    with pytest.raises(BindingRefused, match=said):
        confirm_address(user=user, channel="wecom", code=change.get("code", "123456"))
    assert ChatAddress.objects.get().address == ""


def test_codes_of_an_hour_are_limited_also_after_unbinding(fake: Fake, monkeypatch: Any) -> None:
    user = UserFactory()
    for _number in range(3):
        ask_for_code(user=user, channel="wecom", address="zhangsan")
    remove_address(user=user, channel="wecom", by=user)
    for _number in range(2):
        ask_for_code(user=user, channel="wecom", address="zhangsan")

    with pytest.raises(BindingRefused, match="一小时后再试"):
        ask_for_code(user=user, channel="wecom", address="zhangsan")
    later = binding.now() + timedelta(minutes=61)
    monkeypatch.setattr(binding, "now", lambda: later)
    ask_for_code(user=user, channel="wecom", address="zhangsan")


@pytest.mark.parametrize("address", ["", "张三", "a b", "a|b", "@all\n", "x" * 65])
def test_an_address_that_could_mean_others_is_refused(fake: Fake, address: str) -> None:
    with pytest.raises(BindingRefused):
        ask_for_code(user=UserFactory(), channel="wecom", address=address)
    assert fake.asked == []


def test_an_address_that_the_service_does_not_know_is_told(fake: Fake) -> None:
    fake.answers = [{"errcode": 0, "invaliduser": "nobody"}]

    with pytest.raises(BindingRefused, match="没有送达"):
        ask_for_code(user=UserFactory(), channel="wecom", address="nobody")


def test_unbinding_takes_what_waits_along_and_it_is_never_sent_again(fake: Fake) -> None:
    user, office = UserFactory(), UserFactory()
    bound(fake, user)
    message = queue_message(user, "tests.held", {"what": "决定"}, "k:1", place=OrganisationFactory())

    remove_address(user=user, channel="wecom", by=user)
    release_message(message=message, by=office)
    send_again(message=message, by=office)
    deliver_waiting()

    assert sent_to(fake) == [("zhangsan", "绑定验证码")]
    assert AuditEntry.objects.get(action="messaging.address_removed").detail["waiting"] == 1


def test_a_held_message_leaves_by_it_only_after_somebody_read_it(fake: Fake) -> None:
    user, office = UserFactory(), UserFactory()
    bound(fake, user)
    message = queue_message(user, "tests.held", {"what": "决定"}, "k:1", place=OrganisationFactory())
    deliver_waiting()
    assert len(sent_to(fake)) == 1

    release_message(message=message, by=office)
    deliver_waiting()

    assert sent_to(fake)[-1] == ("zhangsan", "决定")


def test_a_table_gives_the_addresses_of_staff_line_by_line(fake: Fake) -> None:
    home, elsewhere = OrganisationFactory(), OrganisationFactory()
    admin = UserFactory(role=Role.SYSTEM_ADMIN, organisation=home)
    clerk, own = (UserFactory(role=Role.OFFICE, organisation=home) for _number in range(2))
    person = UserFactory(role=Role.PERSON, organisation=home)
    stranger = UserFactory(role=Role.OFFICE, organisation=elsewhere)
    bound(fake, own)
    rows = [
        (2, clerk.username, "企业微信", "wang.wu"),
        (3, own.username, "wecom", "other"),
        (4, person.username, "wecom", "p1"),
        (5, stranger.username, "wecom", "s1"),
        (6, clerk.username, "短信", "x"),
        (7, clerk.username, "钉钉", "a|b"),
        (8, clerk.username, "WECOM", "wang.wu"),
    ]

    told = give_addresses(home=home, rows=rows, by=admin)

    assert [(item.line, item.reason.partition("，")[0]) for item in told] == [
        (2, ""),
        (3, "本人已绑定"),
        (4, "没有本地这个工作人员账号"),
        (5, "没有本地这个工作人员账号"),
        (6, "方式应为企业微信或钉钉"),
        (7, "只能有字母、数字和 . _ @ -"),
        (8, "没有变化"),
    ]
    queue_message(clerk, "tests.word", {"what": "办件"}, "k:1")
    deliver_waiting()
    assert sent_to(fake)[-1] == ("wang.wu", "关于办件")


def test_a_way_that_the_site_does_not_have_is_refused(settings: Any) -> None:
    settings.JUXIAN_WEBHOOKS = {}

    with pytest.raises(BindingRefused, match="没有开通"):
        ask_for_code(user=UserFactory(), channel="wecom", address="zhangsan")
