"""A grant keeps to what those of one employer, a couple, or a whole place may receive together."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juxian.apps.funds.actions import grants as promising
from juxian.apps.funds.actions.grants import end_grant, record_couple
from juxian.apps.funds.models import Grant
from juxian.apps.funds.rules import NotPossible
from juxian.apps.persons.actions import FactDraft
from juxian.apps.policies.queries import pack_in_force
from juxian.core.funds.limits import Limit
from juxian.core.policy.language import parse_condition
from juxian.core.policy.names import names_of_schema
from juxian.core.text import Text
from tests.apps.funds.scene import DAY, INTRODUCED, POLICY, WAN, Scene, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def limited(monkeypatch: pytest.MonkeyPatch, **terms: object) -> None:
    """The pack with one limit, and with nothing that a couple may not receive twice."""
    pack = pack_in_force("jiayuguan", DAY)
    one = Limit("one", Text("合计封顶", "Together"), (POLICY,), basis="assumed", **terms)  # type: ignore[arg-type]
    changed = replace(pack, funds=replace(pack.funds, limits=(one,), same=()))
    monkeypatch.setattr(promising, "pack_in_force", lambda code, day: changed)


def test_an_employer_has_so_much(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, per="field", field="employer", amount_fen=5 * WAN)
    scene.granted("甲", "乙")

    with pytest.raises(NotPossible, match="“合计封顶”：已核定 4 万元，再核定 2 万元将超过 5 万元"):
        scene.grant(scene.entitled("丙"))

    assert Grant.objects.count() == 2


def test_what_was_given_up_is_free_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, per="field", field="employer", persons=1, each_year=True)
    [first] = scene.granted("甲")
    end_grant(grant=first, day=DAY, reason="放弃", by=scene.maker)

    assert scene.grant(scene.entitled("乙")).total_fen == 2 * WAN
    with pytest.raises(NotPossible, match="已核定 1 人"):
        scene.grant(scene.entitled("丙"))


def test_a_couple_has_so_much(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, per="household", amount_fen=3 * WAN)
    one, other, single = (scene.entitled(name) for name in ("甲", "乙", "丙"))
    record_couple(first=one, second=other, by=scene.maker, evidence="结婚证")
    scene.grant(one)
    scene.grant(single)

    with pytest.raises(NotPossible, match="已核定 2 万元"):
        scene.grant(other)


def test_a_place_has_so_much_in_a_year(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, per="place", amount_fen=3 * WAN, each_year=True)
    scene.granted("甲")

    with pytest.raises(NotPossible, match="2022 年已核定 2 万元"):
        scene.grant(scene.entitled("乙"))


def test_a_number_of_persons_of_one_kind(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = pack_in_force("jiayuguan", DAY).schema
    senior = parse_condition("职称 >= 中级", names_of_schema(schema))
    limited(monkeypatch, per="place", persons=1, when=senior)
    scene.granted("甲", "乙")  # junior titles: not counted
    middle = [FactDraft("title", {"level": "intermediate"}, INTRODUCED)]
    scene.grant(scene.entitled("丙", facts=middle))

    with pytest.raises(NotPossible, match="已核定 1 人"):
        scene.grant(scene.entitled("丁", facts=middle))
    assert scene.grant(scene.entitled("戊")).total_fen == 2 * WAN


def test_without_the_field_it_cannot_be_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, per="field", field="skill_level", amount_fen=5 * WAN)

    with pytest.raises(NotPossible, match=r"“合计封顶”：.*未登记，无法核对"):
        scene.grant(scene.entitled("甲"))


def test_a_limit_asks_no_more_with_more_grants(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, per="field", field="employer", amount_fen=100 * WAN)
    counted = []
    for name in ("甲", "乙", "丙"):
        person = scene.entitled(name)
        with CaptureQueriesContext(connection) as asked:
            scene.grant(person)
        counted.append(len(asked))

    assert counted[1] == counted[2]
