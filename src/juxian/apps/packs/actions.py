"""Installing packs (安装地方包): the organisation tree and the policy versions into the database."""

from __future__ import annotations

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.funds.actions.budgets import load_budgets
from juxian.apps.housing.actions.stock import install_estates
from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.models import InstalledPack
from juxian.apps.policies.actions import publish_text
from juxian.apps.policies.queries import published_problems
from juxian.apps.pools.actions import install_pools
from juxian.core.packs.schema import OrganisationEntry, Pack
from juxian.core.source import Rejected


@transaction.atomic
def install_pack(pack: Pack, *, by: User | None = None) -> InstalledPack:
    """Install or upgrade ``pack``; all of it or nothing.

    Organisations are created or brought up to the files, never deleted (others may refer to them). A policy text
    that changed becomes a further version row; older rows stay for ever. Raises ``Rejected`` with every place where a text
    that was published at the desk, or a draft that was submitted, uses words that the pack no longer has.
    """
    if problems := published_problems(pack.code, pack.schema):
        raise Rejected(problems)
    organisations = _install_organisations(pack)
    versions = _publish_policies(pack)
    budgets = load_budgets(pack, organisations[pack.root], by)
    install_pools(pack=pack, home=organisations[pack.root])
    install_estates(book=pack.housing, home=organisations[pack.root], by=by)
    installed, created = InstalledPack.objects.update_or_create(
        code=pack.code,
        defaults={
            "title": pack.title.zh,
            "title_en": pack.title.en,
            "directory": str(pack.directory),
            "digest": pack.digest,
            "root": organisations[pack.root],
        },
    )
    record(
        "packs.installed" if created else "packs.upgraded",
        actor=by,
        subject=installed,
        organisation_path=organisations[pack.root].path,
        detail={
            "digest": pack.digest,
            "organisations": len(organisations),
            "policy_versions": versions,
            "budgets": budgets,
        },
    )
    return installed


def _install_organisations(pack: Pack) -> dict[str, Organisation]:
    found: dict[str, Organisation] = {}
    for entry in parents_first(pack.organisations):
        parent = found.get(entry.parent) if entry.parent else None
        found[entry.code] = Organisation.objects.update_or_create(
            code=entry.code,
            defaults={
                "name": entry.name.zh,
                "name_en": entry.name.en,
                "kind": entry.kind,
                "employer_kind": entry.employer_kind,
                "industry": entry.industry,
                "employs": bool(entry.employer_kind),
                "parent": parent,
                "path": f"{parent.path}/{entry.code}" if parent else entry.code,
                "pack": pack.code,
                "aliases": list(entry.aliases),
                "attributes": dict(entry.attributes),
                "since": entry.since,
                "basis": entry.basis,
            },
        )[0]
    return found


def parents_first(entries: tuple[OrganisationEntry, ...]) -> list[OrganisationEntry]:
    """The entries in an order in which every parent stands before its children."""
    by_code = {entry.code: entry for entry in entries}

    def depth(entry: OrganisationEntry) -> int:
        return 1 + depth(by_code[entry.parent]) if entry.parent in by_code else 0

    return sorted(entries, key=depth)


def _publish_policies(pack: Pack) -> int:
    """Write the versions of each policy whose text is new; returns how many rows were added."""
    added = 0
    for policy in pack.policies.values():
        text = (pack.directory / "policies" / f"{policy.id}.yaml").read_text(encoding="utf-8")
        added += publish_text(pack=pack.code, policy=policy, text=text)
    return added
