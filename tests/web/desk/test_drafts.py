"""The pages of drafts: written, checked, compared, simulated, published by somebody else."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.policies.models import PolicyDraft, PolicyVersion, Simulation

POLICY, OLD, NEW = "settlement-subsidy", "give: 5万元", "give: 6万元"


@pytest.fixture
def draft(place):
    """A draft of an author, and the author's browser."""
    client = place.client("office", name="起草人甲")
    answer = client.post(reverse("desk:draft-begin", args=[POLICY]))
    return client, PolicyDraft.objects.get(), answer.headers["Location"]


def saved(client, draft: PolicyDraft, address: str, new: str = NEW):
    """The draft with another amount, and with its cases rewritten to expect that."""
    text, amounts = draft.text.replace(OLD, new), (f"amount: {each[6:]}" for each in (OLD, new))
    body = {"do": "save", "text": text, "cases": draft.cases.replace(*amounts), "revision": draft.revision}
    return client.post(address, body)


def test_a_draft_begins_as_a_copy_of_what_is_in_force(place, draft):
    client, found, address = draft

    page = client.get(address).content.decode()

    assert found.text == place.pack.policies[POLICY].origin.source.text
    assert "意思与现行文本相同" in page
    assert "文字没有改动" in page


def test_what_was_checked_is_not_hidden_with_the_side_bar_on_a_phone(draft):
    """``.side`` is the bar of the frame, which small screens do not show; the checks and publishing stand in a class of their own."""
    client, _found, address = draft

    page = client.get(address).content.decode()

    classes = re.findall(r'<div class="([^"]*)">\s*<div id="checked"', page)
    assert classes == ["stack beside"]


def test_a_change_tells_who_gains_and_is_not_kept_by_checking(draft):
    client, found, address = draft
    text = found.text.replace(OLD, NEW)

    page = client.post(
        address,
        {"do": "check", "text": text.replace("\n", "\r\n"), "revision": 1},
        headers={"HX-Request": "true"},
    )

    words = page.content.decode()
    assert "5 万元 → 6 万元，增加" in words
    assert "<html" not in words
    found.refresh_from_db()
    assert NEW not in found.text


def test_mistakes_are_told_at_their_place(draft):
    client, found, address = draft

    page = client.post(
        address, {"do": "check", "text": found.text.replace("学历 >= 博士", "学历 >= 博学", 1), "revision": 1}
    )

    assert page.status_code == 200
    assert "有错误，改正前不能提交" in page.content.decode()
    assert "博学" in page.content.decode()


def test_what_is_saved_is_exported_byte_for_byte(draft):
    client, found, address = draft

    saved(client, found, address)
    answer = client.get(reverse("desk:draft-export", args=[found.pk]))

    assert answer.content.decode() == found.text.replace(OLD, NEW)
    assert answer["Content-Disposition"] == f'attachment; filename="{POLICY}.yaml"'


def test_an_old_revision_does_not_overwrite_a_newer_one(draft):
    client, found, address = draft
    saved(client, found, address)

    answer = saved(client, found, address, "give: 7万元")

    assert answer.status_code == 409
    assert "give: 7万元" in answer.content.decode()
    found.refresh_from_db()
    assert NEW in found.text


def test_a_pasted_table_becomes_rows(draft):
    client, found, address = draft

    page = client.post(
        address, {"do": "check", "text": found.text, "revision": 1, "table": "学历\t金额（万元）\n博士\t10\n"}
    ).content.decode()

    assert "- {when: 学历 == 博士, give: 10万元}" in page


def test_two_officers_put_a_text_in_force_from_its_day(place, draft, settings):
    client, found, address = draft
    second = place.client("office", name="发布人乙")
    saved(client, found, address)
    client.post(reverse("desk:draft-submit", args=[found.pk]), {"effective_on": "2022-06-02"})

    own = client.post(reverse("desk:draft-publish", args=[found.pk]))
    other = second.post(reverse("desk:draft-publish", args=[found.pk]))

    assert (own.status_code, other.status_code) == (403, 303)
    today = client.get(reverse("desk:policy", args=[POLICY])).content.decode()
    settings.JUXIAN_TODAY = date(2022, 6, 2)
    tomorrow = client.get(reverse("desk:policy", args=[POLICY])).content.decode()
    assert "6 万元" not in today
    assert "6 万元" in tomorrow
    assert PolicyVersion.objects.filter(effective_on="2022-06-02").exists()


def test_a_text_with_mistakes_is_not_submitted(draft):
    client, found, address = draft
    saved(client, found, address, "give: 若干")

    answer = client.post(reverse("desk:draft-submit", args=[found.pk]), {"effective_on": "2022-06-02"})

    assert answer.status_code == 422
    found.refresh_from_db()
    assert found.state == "writing"


FAILS = "1 个用例没有通过，不能提交和发布：双一流本科生。"


def test_a_text_whose_cases_fail_is_not_submitted_and_its_cases_can_be_rewritten(draft):
    client, found, address = draft
    submit, text = reverse("desk:draft-submit", args=[found.pk]), found.text.replace(OLD, NEW)
    client.post(address, {"do": "save", "text": text, "cases": found.cases, "revision": 1})

    refused = client.post(submit, {"effective_on": "2022-06-02"})
    cases = found.cases.replace("amount: 5万元", "amount: 6万元")
    client.post(address, {"do": "save", "text": text, "cases": cases, "revision": 2})
    taken = client.post(submit, {"effective_on": "2022-06-02"})

    assert (refused.status_code, taken.status_code) == (422, 303)
    assert FAILS in refused.content.decode()
    found.refresh_from_db()
    assert (found.state, found.cases) == ("submitted", cases)
    page = client.get(address).content.decode()
    assert "与现行用例对照" in page
    assert "+  expect: {settlement-middle: {verdict: yes, amount: 6万元}}" in page


def test_a_text_whose_cases_fail_is_not_published_and_says_why(place, draft):
    _client, found, _address = draft
    PolicyDraft.objects.update(
        text=found.text.replace(OLD, NEW), state="submitted", effective_on=date(2022, 6, 2)
    )

    answer = place.client("office", name="发布人乙").post(reverse("desk:draft-publish", args=[found.pk]))

    assert answer.status_code == 422
    assert FAILS in answer.content.decode()
    found.refresh_from_db()
    assert found.state == "submitted"


def test_cases_of_a_published_text_pass_on_the_page_of_the_policy(place, draft, settings):
    client, found, address = draft
    saved(client, found, address)
    client.post(reverse("desk:draft-submit", args=[found.pk]), {"effective_on": "2022-06-02"})
    place.client("office", name="发布人乙").post(reverse("desk:draft-publish", args=[found.pk]))

    settings.JUXIAN_TODAY = date(2022, 6, 2)
    page = client.get(reverse("desk:policy", args=[POLICY])).content.decode()

    assert "双一流本科生" in page
    assert "应为" not in page


def test_a_change_of_a_version_that_applies_is_told_and_becomes_a_version_of_its_own(draft):
    client, found, address = draft
    text = found.text.replace(OLD, NEW)
    body = {"text": text, "cases": found.cases, "revision": 1}

    checked = client.post(address, {**body, "do": "check"}).content.decode()
    parted = client.post(address, {**body, "do": "part", "since": "2023-01-01"}).content.decode()

    assert "改动了自 2017-09-02 起施行的版本" in checked
    assert "另写一个版本" in checked
    written = html.unescape(re.search(r'<textarea[^>]*name="text"[^>]*>\n(.*?)</textarea>', parted, re.S)[1])
    assert written.startswith(found.text)
    assert written.endswith(NEW + text.partition(NEW)[2])
    assert "- since: 2023-01-01\n" in written[len(found.text) :]
    assert "改动了自" not in parted
    found.refresh_from_db()
    assert "2023-01-01" not in found.text


@pytest.mark.parametrize("since", ["", "x", "2021-01-01", "9999-12-31"])
def test_a_day_that_begins_no_version_is_refused(draft, since):
    client, found, address = draft
    text = found.text.replace(OLD, NEW)

    answer = client.post(address, {"text": text, "revision": 1, "do": "part", "since": since})

    assert answer.status_code == 422
    assert NEW in answer.content.decode()


def test_a_text_that_nothing_was_changed_in_has_nothing_to_take_apart(draft):
    client, found, address = draft

    answer = client.post(address, {"text": found.text, "revision": 1, "do": "part", "since": "2023-01-01"})

    assert answer.status_code == 422
    assert "不能自动分开" in answer.content.decode()


def test_the_page_of_a_policy_says_when_a_published_text_will_count(place, draft, settings):
    client, found, address = draft
    saved(client, found, address)
    client.post(reverse("desk:draft-submit", args=[found.pk]), {"effective_on": "2022-06-02"})
    before = client.get(reverse("desk:policy", args=[POLICY])).content.decode()
    place.client("office", name="发布人乙").post(reverse("desk:draft-publish", args=[found.pk]))

    today = client.get(reverse("desk:policy", args=[POLICY])).content.decode()
    settings.JUXIAN_TODAY = date(2022, 6, 2)
    then = client.get(reverse("desk:policy", args=[POLICY])).content.decode()

    assert ["将于 2022-06-02 起启用" in page for page in (before, today, then)] == [False, True, False]


def test_scenarios_stand_side_by_side(place, draft):
    client, found, address = draft
    for number in range(6):
        place.person(f"测试{number}", degree="doctor")
    saved(client, found, address)
    client.post(reverse("desk:draft-begin", args=[POLICY]))
    other = PolicyDraft.objects.latest("pk")

    answer = client.post(reverse("desk:draft-simulate", args=[found.pk]), {"with": [other.pk, "x", "9" * 30]})
    page = client.get(answer.headers["Location"]).content.decode()

    assert [item["name"] for item in Simulation.objects.get().result] == [
        f"草稿 {found.pk}",
        f"草稿 {other.pk}",
    ]
    assert "分年预算" in page


def test_a_file_is_a_scenario_beside_the_draft(place, draft):
    client, found, _address = draft
    other = SimpleUploadedFile("方案二.yaml", found.text.replace(OLD, NEW).encode())

    answer = client.post(reverse("desk:draft-simulate", args=[found.pk]), {"file": [other]})

    assert answer.status_code == 303
    assert [item["name"] for item in Simulation.objects.get().result] == [f"草稿 {found.pk}", "方案二.yaml"]
    assert PolicyDraft.objects.count() == 1


@pytest.mark.parametrize("content", [b"policy: [", "policy: x".encode("utf-16"), b"a" * 200_001, b"\xff"])
def test_a_file_that_is_no_policy_is_refused(draft, content):
    client, found, _address = draft

    file = SimpleUploadedFile("x.yaml", content)
    answer = client.post(reverse("desk:draft-simulate", args=[found.pk]), {"file": [file]})

    assert answer.status_code == 422
    assert not Simulation.objects.exists()


CASE = """- name: 不在引进渠道
  person: {引进日期: 2021-01-01, 引进方式: 柔性, 学历: 博士}
  day: 2022-06-01
  expect: {settlement-middle: no}
"""


def test_further_cases_are_run_kept_and_exported_with_those_of_the_pack(place, draft):
    client, found, address = draft
    body = {"text": found.text, "cases": CASE, "revision": 1}

    page = client.post(address, {**body, "do": "check"}).content.decode()
    wrong = client.post(
        address, {**body, "do": "check", "cases": CASE.replace(": no}", ": yes}")}
    ).content.decode()
    client.post(address, {**body, "do": "save"})
    exported = client.get(reverse("desk:draft-cases", args=[found.pk])).content.decode()

    assert "不在引进渠道" in page
    assert "不符合" in wrong
    found.refresh_from_db()
    assert found.cases == CASE
    file = place.pack.directory / "policies" / f"{POLICY}.cases.yaml"
    assert exported == file.read_text(encoding="utf-8").rstrip("\n") + "\n" + CASE
    assert (
        client.get(address).content.decode().count("不在引进渠道") >= 2
    )  # in the box, and among the cases run


def test_cases_that_cannot_be_read_are_told_with_their_place(draft):
    client, found, address = draft

    page = client.post(
        address, {"do": "check", "text": found.text, "cases": "- name: [", "revision": 1}
    ).content.decode()

    assert f"policies/{POLICY}.cases.yaml" in page


def test_witness_persons_of_lint_become_cases(draft):
    """A doctor who gets less than a master: the finding is kept as a case, and offered no more."""
    client, found, address = draft
    text = found.text.replace("give: 20万元", "give: 1万元", 1)
    checked = client.post(address, {"do": "check", "text": text, "revision": 1}).content.decode()
    offered = html.unescape(re.findall(r'name="witness" value="([^"]+)"', checked)[0])

    page = client.post(address, {"text": text, "revision": 1, "witness": offered}).content.decode()
    kept = html.unescape(re.search(r'name="cases"[^>]*>\n(.*?)</textarea>', page, re.S)[1])
    client.post(address, {"do": "save", "text": text, "cases": kept, "revision": 1})

    found.refresh_from_db()
    assert found.cases == kept == offered
    again = client.get(address).content.decode()
    assert offered not in [
        html.unescape(value) for value in re.findall(r'name="witness" value="([^"]+)"', again)
    ]


def test_a_simulation_under_way_tells_how_far_it_is(place, draft):
    client, found, _address = draft
    running = Simulation.objects.create(
        pack=place.pack.code, policy=POLICY, as_of="2022-06-01", scenarios=[], total=2, done=1,
        asked_by=found.written_by,
    )  # fmt: skip

    page = client.get(reverse("desk:simulation", args=[running.pk])).content.decode()

    assert "已算完 1 个方案，共 2 个" in page
    assert 'hx-trigger="every 2s"' in page


def test_the_list_asks_as_often_for_three_drafts_as_for_one(draft, django_assert_num_queries):
    client, _found, _address = draft
    client.get(reverse("desk:drafts"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("desk:drafts"))
        count = len(one)
    for _ in range(2):
        client.post(reverse("desk:draft-begin", args=[POLICY]))

    with django_assert_num_queries(count):
        client.get(reverse("desk:drafts"))
