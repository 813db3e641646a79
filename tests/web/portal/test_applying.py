"""A person applies, is asked for a supplement, answers, receives the letter and rates; an employer endorses."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.persons.actions import FactDraft
from juxian.apps.services.actions import Wanted, act_on_case, open_service
from juxian.apps.services.models import Case, Draft
from juxian.web.kit.once import FIELD, new_key
from tests.attachments import picture
from tests.browser import Browser
from tests.factories import OrganisationFactory, UserFactory

ANSWERS = {
    "f-mobile": "13800138000",
    "f-old_place": "兰州城关区",
    "f-settle_place": "talent_collective",
    "f-family_moves": "false",
}


def signed_in(user) -> Browser:
    client = Browser()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def photo(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture("PNG"))


@pytest.fixture
def person(place):
    OrganisationFactory(
        code="jyg-talent-desk", name="人才办", parent=place.root, kind="office", pack="jiayuguan"
    )  # has the duties of counter and police there
    return place.person(number="")


@pytest.fixture
def applicant(place, person):
    user = UserFactory(role=Role.PERSON, organisation=place.root, person=person)
    return signed_in(user)


def at(view: str, *args) -> str:
    return reverse(f"portal:{view}", args=args)


def handed_in(client: Browser, service: str = "hukou", answers=ANSWERS, **files) -> Case:
    files = files or {"m-hukou_page": photo("户口簿.png"), "m-diploma": photo("毕业证.png")}
    answer = client.post(at("apply", service), {**answers, **files, "next": "1"})
    assert answer.status_code == 303, answer.content.decode()
    review = client.get(answer.url)
    assert review.status_code == 200
    answer = client.post(answer.url, {FIELD: new_key()})
    assert answer.status_code == 303
    return Case.objects.get(number=answer.url.rstrip("/").rsplit("/", 1)[-1])


def test_what_the_register_knows_is_shown_and_not_asked(applicant):
    page = applicant.get(at("apply", "hukou"))

    assert "f-full_name" not in page.context["form"].fields
    assert [row.value for row in page.context["known"]] == ["测试甲", "硕士"]


def test_what_is_known_may_be_corrected(applicant):
    form = applicant.get(at("apply", "hukou"), {"edit": "1"}).context["form"]

    assert form["f-full_name"].initial == "测试甲"


def test_a_draft_is_kept_and_taken_up_again(applicant):
    applicant.post(
        at("apply", "hukou"), {"f-mobile": "138", "m-hukou_page": photo("户口簿.png"), "save": "1"}
    )

    form = applicant.get(at("apply", "hukou")).context["form"]
    assert form["f-mobile"].initial == "138"
    assert [draft.title for draft in applicant.get(at("cases")).context["drafts"]] == ["人才落户"]
    assert list(Draft.objects.get().materials) == ["hukou_page"]


def test_the_own_phone_stands_in_the_form_and_may_be_changed(applicant):
    assert applicant.get(at("apply", "hukou")).context["form"]["f-mobile"].initial == "13800001234"

    applicant.post(at("apply", "hukou"), {"f-mobile": "13900001234", "save": "1"})

    assert applicant.get(at("apply", "hukou")).context["form"]["f-mobile"].initial == "13900001234"


def test_the_phone_of_a_person_is_not_told_to_the_employer(place, person):
    employer = place.client(Role.EMPLOYER)

    page = employer.get(at("apply", "talent-classification"), {"for": person.number})

    assert page.context["form"]["f-mobile"].initial is None
    assert "13800001234" not in page.content.decode()


def needs_in(page, name: str) -> str:
    """What stands beside the title of a field."""
    label = re.search(rf'<label for="id_{name}">(.*?)</label>', page.content.decode(), re.S)
    assert label is not None
    return re.sub(r"<[^>]+>", "", label[1]).split("  ")[-1].strip()


def test_what_another_answer_makes_necessary_says_so(applicant):
    asked = at("apply", "talent-classification")

    before = applicant.get(asked)
    applicant.post(asked, {"f-in_catalogue": "false", "f-founder": "true", "save": "1"})
    after = applicant.get(asked)

    assert needs_in(before, "f-merits").endswith("符合分类目录为否时必填")
    assert needs_in(before, "f-tax_months").endswith("本单位法定代表人为是时必填")
    assert needs_in(before, "m-ground").endswith("必填")
    assert needs_in(after, "f-merits").endswith("贡献 必填")
    assert needs_in(after, "f-tax_months").endswith("月数 必填")
    assert needs_in(after, "m-licence").endswith("证明 必填")
    assert "f-clause" not in after.context["form"].fields


def test_what_the_register_holds_evidence_of_may_be_left_out(place, person):
    person.facts.filter(kind="education").update(verification="verified")
    applicant = signed_in(UserFactory(role=Role.PERSON, organisation=place.root, person=person))

    page = applicant.get(at("apply", "talent-classification"))

    assert needs_in(page, "m-diploma").endswith("已有凭证，可不交")
    assert needs_in(page, "m-ground").endswith("必填")


def test_what_needs_paragraphs_is_written_and_read_in_paragraphs(place, applicant):
    form = applicant.get(at("apply", "policy-question")).context["form"]
    assert (form["f-question"].widget_type, form["f-policy"].widget_type) == ("textarea", "text")
    answers = {"f-question": "第一段\r\n第二段" + "问" * 1993, "f-publish": "false", "next": "1"}

    answer = applicant.post(at("apply", "policy-question"), answers)

    assert answer.status_code == 303, answer.context["form"].errors
    assert "第一段<br>第二段" in applicant.get(answer.url).content.decode()
    kept = Draft.objects.get().answers["question"]
    assert (kept[:8], len(kept)) == ("第一段\n第二段问", 2000)


def test_what_is_missing_is_told_at_its_field(applicant):
    answer = applicant.post(at("apply", "hukou"), {"f-mobile": "12", "next": "1"})

    errors = answer.context["form"].errors
    assert answer.status_code == 422
    assert {"f-mobile", "f-old_place", "m-hukou_page"} <= set(errors)
    assert "__all__" not in errors  # the summary counts what is wrong, a general sentence is not one of them


def test_nobody_reviews_what_is_not_complete(applicant):
    assert applicant.get(at("apply-review", "hukou")).url == at("apply", "hukou")


def test_from_the_form_to_the_letter_and_the_rating(place, applicant):
    case = handed_in(applicant)
    page = applicant.get(at("case", case.number)).content.decode()
    assert case.number in page
    assert 'class="qr"' in page
    assert not Draft.objects.exists()

    office = place.user(Role.OFFICE)
    act_on_case(
        case=case,
        wanted=Wanted(
            "return", "precheck", "缺本人页", marks=[("hukou_page", "缺本人页"), ("old_place", "")]
        ),
        by=office,
    )
    page = applicant.get(at("case", case.number))
    assert [title for title, _note in page.context["marks"]] == ["户口簿首页和本人页", "现户籍所在地"]
    form = applicant.get(at("case-supplement", case.number)).context["form"]
    assert set(form.fields) == {"f-old_place", "m-hukou_page"}

    answer = applicant.post(
        at("case-supplement", case.number),
        {"f-old_place": "兰州城关区张掖路派出所", "m-hukou_page": photo("本人页.png"), FIELD: new_key()},
    )
    assert answer.status_code == 303, answer.content.decode()
    case.refresh_from_db()
    act_on_case(case=case, wanted=Wanted("pass", "precheck"), by=office)
    act_on_case(case=case, wanted=Wanted("grant", "police"), by=office)

    page = applicant.get(at("case", case.number))
    letters = page.context["letters"]
    assert next(subject for _letter, subject, _body in letters).startswith("准予落户")
    printed = applicant.get(at("letter", case.number, letters[0][0].pk)).content.decode()
    assert "无须回原籍开具迁移证" in printed
    rated = applicant.post(at("case-rate", case.number), {"stars": "5", "words": "很快", FIELD: new_key()})
    assert rated.status_code == 303
    assert applicant.get(at("case", case.number)).context["rating"].stars == 5


def test_nothing_to_supplement_leads_back_to_the_case(applicant):
    case = handed_in(applicant)

    assert applicant.get(at("case-supplement", case.number)).url == at("case", case.number)
    assert applicant.post(at("case-supplement", case.number)).status_code == 404


def test_an_applicant_may_withdraw(applicant):
    case = handed_in(applicant)

    applicant.post(
        at("case-act", case.number), {"action": "withdraw", "version": case.version, FIELD: new_key()}
    )

    case.refresh_from_db()
    assert case.result == "withdrawn"


def test_an_action_on_an_old_page_is_told(applicant):
    case = handed_in(applicant)

    answer = applicant.post(
        at("case-act", case.number), {"action": "withdraw", "version": 0, FIELD: new_key()}
    )

    assert answer.status_code == 422
    assert answer.context["problem"]


def test_an_employer_applies_for_its_people_and_endorses(place, person):
    employer = place.client(Role.EMPLOYER)
    people = employer.get(at("apply", "talent-classification")).context["page"].object_list  # for whom?
    assert list(people) == [person]
    assert employer.post(at("apply", "talent-classification")).status_code == 404
    page = employer.get(at("apply", "talent-classification"), {"for": person.number})
    assert page.status_code == 200
    assert page.context["application"].person == person


def test_somebody_else_sees_no_case_of_mine(place, applicant):
    case = handed_in(applicant)
    stranger = place.client(Role.PERSON)

    assert stranger.get(at("case", case.number)).status_code == 404
    assert stranger.get(at("cases")).context["rows"] == []


@pytest.mark.parametrize(("name", "found"), [("测试甲", True), ("测试乙", False)])
def test_progress_is_told_to_who_knows_number_and_name(place, applicant, name, found):
    case = handed_in(applicant)

    answer = place.client().post(at("progress", place.pack.code), {"number": case.number, "name": name})

    assert (answer.status_code == 200) is found
    assert ("服务窗口预审" in answer.content.decode()) is found


def test_the_list_takes_the_same_number_of_queries_for_one_and_three(applicant, django_assert_num_queries):
    handed_in(applicant)
    applicant.get(at("cases"))
    with CaptureQueriesContext(connection) as one:
        applicant.get(at("cases"))
        queries = len(one)
    handed_in(applicant)
    handed_in(applicant)
    applicant.get(at("cases"))  # the notes have been read
    with django_assert_num_queries(queries):
        applicant.get(at("cases"))


def entitled(place):
    """Somebody whom the settlement subsidy of the place is given to."""
    facts = [
        FactDraft(
            "introduction",
            {"mode": "full_time", "service_months": 60},
            date(2022, 1, 10),
        )
    ]
    return place.person(number="", degree="doctor", facts=facts)


def test_an_entitlement_leads_to_the_service_that_claims_it(place):
    person = entitled(place)
    client = signed_in(UserFactory(role=Role.PERSON, organisation=place.root, person=person))

    cards = client.get(at("me")).context["entitlements"]

    claims = {card.claim for card in cards if card.benefit_id.startswith("settlement-")}
    assert at("apply", "settlement-claim") in claims


def test_the_form_shows_the_reasons_and_fills_in_the_amount(place):
    person = entitled(place)
    client = signed_in(UserFactory(role=Role.PERSON, organisation=place.root, person=person))

    page = client.get(at("apply", "settlement-claim"))

    cards = page.context["application"].claims
    given = max(card.amount_fen for card in cards if card.amount_fen)
    assert all(card.lines for card in cards)
    assert page.context["form"]["f-claimed"].initial == f"{given // 100}"
    assert "f-service_months" not in page.context["form"].fields


def test_a_claim_under_way_is_led_to_instead(place):
    person = entitled(place)
    user = UserFactory(role=Role.PERSON, organisation=place.root, person=person)
    case = open_service(home=place.root, service="settlement-claim", by=user, person=person)

    cards = signed_in(user).get(at("me")).context["entitlements"]

    assert at("case", case.number) in {card.claim for card in cards}
