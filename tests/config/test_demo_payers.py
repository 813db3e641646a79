"""The demonstration's runs are paid by the department that the pack names (演示中的拨付部门)."""

from __future__ import annotations

from typing import Any

import pytest

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.rules import payer_of_statements
from juxian.config.demo_funds import _payer
from tests.apps.funds.scene import DAY, make_scene
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_clerk_of_the_demonstration_gets_a_post_where_the_pack_says_who_pays(settings: Any) -> None:
    settings.JUXIAN_TODAY = DAY
    scene = make_scene("xinxiang-medical")
    root = scene.place.root
    unit = payer_of_statements(root)
    OrganisationFactory(code=unit, path=f"{root.path}/{unit}", pack=root.pack, parent=root)
    office = UserFactory(role=Role.OFFICE, organisation=root, is_demo=True)
    clerk = UserFactory(role=Role.DEPARTMENT, organisation=root, is_demo=True)

    assert _payer(unit, root, office) == clerk
    assert _payer(unit, root, office) == clerk
    assert _payer("", root, office) == office
    assert sorted(clerk.posts.values_list("organisation__code", flat=True)) == sorted([root.code, unit])
