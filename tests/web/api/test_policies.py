"""Policies through the API: what is in force, who gets what, and why."""

from __future__ import annotations

from juxian.apps.audit.models import AuditEntry
from juxian.apps.packs.actions import install_pack
from juxian.core.policy import entitlements
from tests.web.api.conftest import Ask
from tests.web.places import Place

PROFILE = {"学历": "博士", "出生日期": "1990-01-01", "引进日期": "2021-10-01"}


def test_policies_are_listed_with_versions_and_benefits(place: Place, ask: Ask) -> None:
    found = ask("GET", "policies").json()["policies"]

    assert [item["policy"] for item in found] == list(place.pack.policies)
    assert all(item["versions"] and item["benefits"] for item in found)


def test_a_policy_is_told_in_the_words_of_its_author(place: Place, ask: Ask) -> None:
    policy = next(iter(place.pack.policies.values()))

    found = ask("GET", f"policies/{policy.id}").json()

    benefit = policy.versions[0].benefits[0]
    told = found["versions"][0]["benefits"][0]
    assert (told["benefit"], told["who"]) == (benefit.id, benefit.who.text if benefit.who else None)
    assert len(told["rows"]) == len(benefit.table.rows)


def test_published_texts_come_back_byte_for_byte(place: Place, ask: Ask) -> None:
    install_pack(place.pack)
    policy = next(iter(place.pack.policies))

    texts = ask("GET", f"policies/{policy}/texts").json()["texts"]
    answer = ask("GET", f"policies/{policy}/texts/{texts[0]['digest']}").json()

    file = place.pack.directory / "policies" / f"{policy}.yaml"
    assert answer["yaml"].encode() == file.read_bytes()


def test_questions_of_the_screener_are_fields_that_evaluate_takes(place: Place, ask: Ask) -> None:
    questions = ask("GET", "screener").json()["questions"]

    answers = {item["field"]: item["choices"][0]["value"] for item in questions if item["kind"] == "level"}
    assert answers
    assert ask("POST", "evaluate", {"people": [{"profile": answers}]}).status_code == 200


def test_many_persons_get_the_answers_of_the_core(place: Place, ask: Ask) -> None:
    people = [{"id": "a", "profile": PROFILE}, {"id": "b", "profile": {}}]

    found = ask("POST", "evaluate", {"people": people, "as_of": "2022-06-01"}).json()

    row = {"degree": "doctor", "birth_date": "1990-01-01", "introduced_on": "2021-10-01"}
    day = place.pack.as_of.replace(2022, 6, 1)
    expected = entitlements(place.pack.policies.values(), row, day, place.pack.schema)
    first = found["results"][0]
    assert [item["id"] for item in found["results"]] == ["a", "b"]
    assert [(item["benefit"], item["verdict"], item["amount_fen"]) for item in first["benefits"]] == [
        (item.benefit.id, item.verdict.value, item.amount_fen) for item in expected
    ]
    assert first["total_fen"] == expected.total_fen


def test_one_policy_may_be_asked_for(place: Place, ask: Ask) -> None:
    wanted = next(iter(place.pack.policies))

    found = ask("POST", "evaluate", {"people": [{"profile": PROFILE}], "policies": [wanted]}).json()

    assert {item["policy"] for item in found["results"][0]["benefits"]} == {wanted}


def test_more_than_a_thousand_persons_are_refused(place: Place, ask: Ask) -> None:
    statuses = [
        ask("POST", "evaluate", {"people": [{"profile": {}}] * count}).status_code for count in (1000, 1001)
    ]

    assert statuses == [200, 422]


def test_every_value_that_is_not_accepted_is_told_with_its_place(place: Place, ask: Ask) -> None:
    people = [{"profile": {"学历": "博学"}}, {"profile": {"年龄": "x", "no": 1}}]

    error = ask("POST", "evaluate", {"people": people}).json()["error"]

    assert [item["at"] for item in error["problems"]] == [
        "people[0].profile.学历", "people[1].profile.年龄", "people[1].profile.no",
    ]  # fmt: skip


def test_reasons_name_clause_value_and_what_is_missing(place: Place, ask: Ask) -> None:
    found = ask("POST", "explain", {"profile": PROFILE}, headers={"Accept-Language": "en"}).json()

    assert any(item["missing"] for item in found["benefits"])
    assert all(item["reasons"] for item in found["benefits"])


def test_a_calculation_is_audited_without_the_persons(place: Place, ask: Ask) -> None:
    ask("POST", "evaluate", {"people": [{"id": "secret-id", "profile": PROFILE}]})

    entry = AuditEntry.objects.get(action="api.evaluated")
    assert entry.detail == {"persons": 1, "as_of": "2022-06-01"}
    assert entry.organisation_path == place.root.path
