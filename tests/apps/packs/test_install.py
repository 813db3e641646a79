"""A pack is installed whole, again without doubling anything, and policies keep every version."""

from dataclasses import replace

import pytest
from django.db import IntegrityError

from juxian.apps.audit.models import AuditEntry
from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.actions import install_pack, parents_first
from juxian.apps.packs.models import InstalledPack
from juxian.apps.packs.queries import installed, pack_of
from juxian.apps.policies.models import PolicyVersion
from juxian.core.packs import load_all

pytestmark = pytest.mark.django_db


def test_installing_makes_the_tree_and_publishes_every_version() -> None:
    pack = load_all()["loudi"]

    root = install_pack(pack).root

    assert Organisation.objects.count() == len(pack.organisations)
    assert Organisation.objects.under(root.path).count() == len(pack.organisations)
    assert PolicyVersion.objects.count() == sum(len(policy.versions) for policy in pack.policies.values())
    assert pack_of(root).code == "loudi"
    assert [found.code for found in installed()] == ["loudi"]


def test_installing_again_changes_nothing_but_says_so() -> None:
    pack = load_all()["loudi"]
    install_pack(pack)
    before = Organisation.objects.count(), PolicyVersion.objects.count()
    told = list(AuditEntry.objects.values_list("action", flat=True))

    install_pack(pack)

    assert (Organisation.objects.count(), PolicyVersion.objects.count()) == before
    assert "packs.installed" in told
    assert list(AuditEntry.objects.values_list("action", flat=True)) == [*told, "packs.upgraded"]


def test_a_pack_that_cannot_be_installed_leaves_nothing() -> None:
    pack = load_all()["loudi"]
    twice = replace(pack.organisations[1], code="other-root", parent="")
    broken = replace(pack, organisations=(*pack.organisations, replace(twice, name=None)))  # type: ignore[arg-type]

    with pytest.raises((AttributeError, IntegrityError)):
        install_pack(broken)

    assert (Organisation.objects.count(), InstalledPack.objects.count()) == (0, 0)


def test_parents_stand_before_their_children() -> None:
    entries = tuple(reversed(load_all()["jiayuguan"].organisations))

    ordered = parents_first(entries)

    places = {entry.code: place for place, entry in enumerate(ordered)}
    assert all(places[entry.parent] < places[entry.code] for entry in ordered if entry.parent)
