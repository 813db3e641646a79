"""Settling doubts in a browser without script: the queue, a pair, a class, a merge taken apart."""

from datetime import date

import pytest

from juxian.apps.linking.actions import find_pairs
from juxian.apps.linking.models import Decision, Merge, Pair
from juxian.apps.persons.actions import FactDraft, register_person
from juxian.apps.persons.models import Person
from tests.factories import SourceFactory
from tests.web.places import Place


def somebody(place: Place, name: str, birth: str = "1985-07-09", phone: str = "") -> Person:
    facts = [
        FactDraft("identity", {"name": name, "birth_date": birth}, date(1990, 1, 1)),
        FactDraft("employment", {"employer": place.employer.code}, date(2016, 8, 1)),
    ]
    if phone:
        facts.append(FactDraft("contact", {"phone": phone}, date(2020, 1, 1)))
    return register_person(home=place.root, name=name, facts=facts, source=SourceFactory(title="测试名册"))


def doubtful(place: Place, number: int) -> None:
    for place_in_line in range(number):
        name = f"赵{'甲乙丙丁戊己庚'[place_in_line]}"
        somebody(place, name), somebody(place, name)
    find_pairs(home=place.root)


def test_the_queue_tells_the_evidence_in_words(place: Place) -> None:
    doubtful(place, 1)

    page = place.client("office").get("/desk/linking/").content.decode()

    assert "赵甲 · 赵甲" in page
    assert "姓名、生日、单位相同" in page
    assert "出生日期相同" in page


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_queue_asks_a_constant_number_of_queries(
    place: Place, pairs: int, django_assert_max_num_queries
) -> None:
    doubtful(place, pairs)
    client = place.client("office")
    client.get("/desk/linking/")

    with django_assert_max_num_queries(16):
        assert client.get("/desk/linking/").status_code == 200


def test_a_pair_side_by_side_masks_what_is_sensitive(place: Place) -> None:
    for name in ("张雨欣", "张雨鑫"):
        somebody(place, name, phone="13912345678")
    find_pairs(home=place.root)

    page = place.client("office").get(f"/desk/linking/pairs/{Pair.objects.get().pk}/").content.decode()

    assert "139****5678" in page
    assert "13912345678" not in page
    assert "姓名同音" in page
    assert "不同" in page


def test_the_same_is_merged_and_the_next_pair_shown(place: Place) -> None:
    doubtful(place, 2)
    first, second = Pair.objects.order_by("-weight", "pk")
    client = place.client("office")

    answer = client.post(f"/desk/linking/pairs/{first.pk}/", {"verdict": "same"})

    assert answer["Location"] == f"/desk/linking/pairs/{second.pk}/"
    assert Merge.objects.get().drop == first.right
    again = client.post(f"/desk/linking/pairs/{first.pk}/", {"verdict": "same"})
    assert again.status_code == 403
    assert Merge.objects.count() == 1


def test_a_hard_sign_asks_for_a_reason_and_keeps_the_page(place: Place) -> None:
    doubtful(place, 1)
    Pair.objects.update(signs=Pair.objects.get().signs | 1 << 21)  # as if the dates of birth differed
    pair = Pair.objects.get()
    client = place.client("office")

    refused = client.post(f"/desk/linking/pairs/{pair.pk}/", {"verdict": "same"})

    assert refused.status_code == 422
    assert "须写明理由" in refused.content.decode()
    assert (
        client.post(f"/desk/linking/pairs/{pair.pk}/", {"verdict": "same", "reason": "户口簿"}).status_code
        == 303
    )
    assert Decision.objects.get().reason == "户口簿"


def test_a_class_is_merged_after_its_sample(place: Place) -> None:
    doubtful(place, 7)
    client = place.client("office")
    early = client.post(
        "/desk/linking/classes/", {"evidence": "name_birth_employer", "reason": "抽查"}, follow=True
    )
    assert "须至少 5 对" in early.content.decode()

    for pair in Pair.objects.all()[:5]:
        client.post(f"/desk/linking/pairs/{pair.pk}/", {"verdict": "same"})
    page = client.get("/desk/linking/").content.decode()
    done = client.post(
        "/desk/linking/classes/", {"evidence": "name_birth_employer", "reason": "抽查"}, follow=True
    )

    assert "合并 2 对" in page
    assert "已合并 2 对" in done.content.decode()
    assert Merge.objects.count() == 7


def test_a_merge_is_taken_apart_with_a_reason(place: Place) -> None:
    doubtful(place, 1)
    client = place.client("office")
    client.post(f"/desk/linking/pairs/{Pair.objects.get().pk}/", {"verdict": "same"})
    merge = Merge.objects.get()

    assert client.post(f"/desk/linking/merges/{merge.pk}/", {}).status_code == 422
    answer = client.post(f"/desk/linking/merges/{merge.pk}/", {"reason": "是两个人"})

    assert answer["Location"] == f"/desk/persons/{merge.drop.number}/"
    assert client.get(answer["Location"]).status_code == 200
    assert Pair.objects.get().state == "different"


def test_the_empty_queue_says_what_comes_here(place: Place) -> None:
    assert "没有待核对的档案" in place.client("office").get("/desk/linking/").content.decode()


def test_a_form_is_checked_as_the_register_is_and_the_answer_is_kept(place: Place) -> None:
    known = somebody(place, "张雨欣", phone="13912345678")
    client = place.client("office")
    data = {
        "name": "张雨鑫",
        "document_kind": "resident_id",
        "birth_date": "1985-07-09",
        "phone": "13912345678",
        "employer": place.employer.code,
        "hired_on": "2020-01-01",
        "source": "本人到窗口登记",
        "evidence": "劳动合同",
    }

    asked = client.post("/desk/persons/new/", data)
    confirmed = client.post("/desk/persons/new/", data | {"confirmed": "on"})

    assert "姓名同音" in asked.content.decode()
    assert (asked.status_code, confirmed.status_code) == (422, 303)
    assert [(item.left, item.verdict) for item in Decision.objects.all()] == [(known, "different")]
    assert find_pairs(home=place.root).asked == 0
