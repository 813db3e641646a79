"""Home, policies, figures, organisations and the library."""

import pytest
from django.urls import reverse

from juxian.apps.audit.models import AuditEntry
from juxian.apps.documents.models import LibraryText
from juxian.apps.policies.models import Determination, SweepRun
from juxian.web.desk import home
from tests.determinations import determined
from tests.web.places import make_place

TEXT = {
    "title": "关于加强人才工作的通知",
    "body": "各单位：\n请按通知执行。",
    "issuer": "",
    "reference": "",
    "day": "2022-05-01",
}


def finished_run(place, person, verdict="yes") -> Determination:
    policy = next(iter(place.pack.policies.values()))
    run = SweepRun.objects.create(
        pack=place.pack.code,
        as_of="2022-06-01",
        engine="polars",
        persons=1,
        finished_at="2022-06-01T00:00:00Z",
    )
    benefit = policy.versions[-1].benefits[0].id
    return determined(run, person, policy.id, benefit, verdict, 5_000_000)


def test_a_policy_leads_to_the_persons_who_are_entitled(place):
    wanted = place.person("测试甲")
    place.person("测试乙")
    found = finished_run(place, wanted)
    client = place.client("office")

    page = client.get(reverse("desk:policy", args=[found.policy])).content.decode()
    rows = client.get(reverse("desk:persons"), {"policy": found.policy, "benefit": found.benefit}).context[
        "rows"
    ]

    assert f"?policy={found.policy}&amp;benefit={found.benefit}" in page
    assert [row.number for row in rows] == [wanted.number]


def test_an_unfinished_run_is_not_shown(place):
    found = finished_run(place, place.person())
    SweepRun.objects.update(finished_at=None)

    answer = place.client("office").get(reverse("desk:policies"))

    assert answer.context["run"] is None
    assert [
        row.number
        for row in place.client("office")
        .get(reverse("desk:persons"), {"policy": found.policy})
        .context["rows"]
    ] == []


def test_each_policy_page_runs_its_cases(place):
    client = place.client("department")

    for policy in place.pack.policies:
        answer = client.get(reverse("desk:policy", args=[policy]))
        assert answer.status_code == 200
        assert answer.context["case_problems"] == []
        assert {case.verdict for case in answer.context["cases"]} == {"yes"}


def test_an_unknown_policy_is_not_found(place):
    assert place.client("office").get(reverse("desk:policy", args=["nothing"])).status_code == 404


def test_sweeping_keeps_what_it_found(place):
    place.person()

    answer = place.client("office").post(reverse("desk:policies-sweep"))

    assert answer.url == reverse("desk:policies")
    assert SweepRun.objects.get().persons == 1


def test_every_figure_stands_beside_the_computed_one(place):
    answer = place.client("leader").get(reverse("desk:figures"))

    assert len(answer.context["rows"]) == len(place.pack.figures)
    assert answer.context["holding"] + answer.context["failing"] + answer.context["pending"] == len(
        place.pack.figures
    )


def test_people_are_counted_at_their_employer(place):
    place.person("测试甲")
    place.person("测试乙")

    branches = place.client("office").get(reverse("desk:organisations")).context["branches"]

    assert [(branch.organisation.code, branch.people) for branch in branches] == [
        (place.root.code, None),
        (place.employer.code, 2),
    ]


def test_organisations_of_another_place_stay_out(place):
    make_place("zigui")

    branches = place.client("office").get(reverse("desk:organisations")).context["branches"]

    assert {branch.organisation.pack for branch in branches} == {place.pack.code}


def test_a_text_is_kept_and_shown_as_it_is(place):
    client = place.client("office")

    answer = client.post(reverse("desk:document-new"), TEXT | {"body": "<b>黑体</b>\n第二行"})
    page = client.get(answer.url).content.decode()

    assert "&lt;b&gt;黑体&lt;/b&gt;<br>第二行" in page
    entry = AuditEntry.objects.get(action="documents.text_added")
    assert entry.detail["characters"] == len("<b>黑体</b>\n第二行")


@pytest.mark.parametrize(
    "change", [{"title": ""}, {"body": ""}, {"day": "1800-01-01"}, {"title": "a\u200bb"}]
)
def test_a_text_that_is_wrong_is_refused(place, change):
    answer = place.client("office").post(reverse("desk:document-new"), TEXT | change)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(change)
    assert not LibraryText.objects.exists()


def test_a_text_of_another_place_is_not_found(place):
    elsewhere = make_place("zigui")
    address = elsewhere.client("office").post(reverse("desk:document-new"), TEXT).url

    assert place.client("office").get(address).status_code == 404
    assert list(place.client("office").get(reverse("desk:documents")).context["page"]) == []


def test_a_policy_that_pays_nothing_has_no_total_of_money(place):
    services = next(
        policy
        for policy in place.pack.policies.values()
        if not any(benefit.is_money for benefit in policy.versions[-1].benefits)
    )
    found = finished_run(place, place.person())
    client = place.client("office")

    listed = {row.id: row for row in client.get(reverse("desk:policies")).context["rows"]}
    page = client.get(reverse("desk:policy", args=[services.id])).content.decode()

    assert not listed[services.id].is_money
    assert listed[found.policy].is_money
    assert "金额合计 <b>" not in page
    assert "不发钱" in page


def test_the_list_of_new_records_ends_where_the_cards_beside_it_end(place, monkeypatch):
    monkeypatch.setattr(home, "reported_figures", lambda pack: [])
    monkeypatch.setattr(home, "FEWEST_ROWS", 1)
    people = [place.person(f"测试{number}") for number in range(9)]
    client = place.client("office")
    before = client.get(reverse("desk:home")).context["newest"]

    finished_run(place, people[0])
    after = client.get(reverse("desk:home")).context["newest"]

    assert (len(before), len(after)) == (1, 1 + len(place.pack.policies))


@pytest.mark.parametrize(("role", "offered"), [("office", True), ("leader", True), ("department", False)])
def test_the_search_for_persons_is_offered_to_those_who_may_open_them(place, role, offered):
    page = place.client(role).get(reverse("desk:policies")).content.decode()

    assert ('role="search"' in page) is offered
