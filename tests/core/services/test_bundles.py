from __future__ import annotations

from juxian.core.services import Service, answers_of, joined_form, joined_materials, materials_of
from tests.core.services.place import example, read

OTHER = """\
service: parking
title: {zh: 停车证, en: Parking permit}
audience: [person]
form:
- section: {zh: 车辆, en: Car}
  fields:
  - {name: holder, title: {zh: 持卡人姓名, en: Holder}, type: text, required: true, prefill: name}
  - {name: class, title: {zh: 车型, en: Class of car}, type: text}
  - {name: plate, title: {zh: 车牌, en: Plate}, type: text}
materials:
  photo: {title: {zh: 证件照, en: Photograph}}
  licence: {title: {zh: 行驶证, en: Licence}}
steps:
  apply: {kind: apply, title: {zh: 填写, en: Fill in}, who: {role: person}, goes: {submit: {to: check}}}
  check: {kind: decide, title: {zh: 核对, en: Check}, who: {role: office}, goes: {grant: {to: granted}}}
ends: {granted: {title: {zh: 已发, en: Issued}, result: granted, letter: issued}}
letters: {issued: {subject: {zh: 已发, en: Issued}, body: {zh: 已发, en: Issued}}}
"""


def both() -> tuple[Service, Service]:
    parking, problems = read(OTHER)
    assert parking is not None, problems
    return example("talent-card"), parking


def test_what_two_services_share_is_asked_once() -> None:
    sections = joined_form(both())

    asked = {question.key: question.services for section in sections for question in section.questions}
    assert asked["holder"] == ("talent-card", "parking")
    assert asked["class"] == ("talent-card",)
    assert asked["parking.class"] == ("parking",)  # another title and type: another question
    assert [section.title.zh for section in sections] == ["持卡人", "车辆"]


def test_each_service_gets_its_own_answers() -> None:
    card, parking = both()
    given = {"holder": "张伟", "class": "B类", "parking.class": "小型车", "plate": "甘B1"}

    assert answers_of(card, (card, parking), given) == {"holder": "张伟", "class": "B类"}
    assert answers_of(parking, (card, parking), given) == {
        "holder": "张伟",
        "class": "小型车",
        "plate": "甘B1",
    }


def test_a_material_that_two_services_want_is_handed_in_once() -> None:
    card, parking = both()
    wanted = {item.key: item.services for item in joined_materials((card, parking))}

    assert wanted["photo"] == ("talent-card", "parking")
    assert materials_of(parking, (card, parking), {"photo": ("f1",), "decision": ("f2",)}) == {
        "photo": ("f1",)
    }
