"""Keeping every text of a policy that ever counted (政策文本留存)."""

from __future__ import annotations

from datetime import date

from juxian.apps.accounts.models import User
from juxian.apps.policies.models import PolicyVersion
from juxian.apps.policies.queries import digest_of_text
from juxian.core.policy import Policy


def publish_text(
    *, pack: str, policy: Policy, text: str, effective_on: date | None = None, by: User | None = None
) -> int:
    """Write one row for each version of a text that is not kept yet; returns how many were added."""
    digest, added = digest_of_text(text), 0
    for version in policy.versions:
        values = {
            "title": policy.title.zh, "until": version.until, "text": text, "effective_on": effective_on, "published_by": by,
        }  # fmt: skip
        added += PolicyVersion.objects.get_or_create(
            pack=pack, policy=policy.id, since=version.since, digest=digest, defaults=values
        )[1]
    return added
