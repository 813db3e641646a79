"""What two sets of policies are compared with (测算的两边), without the engines."""

from __future__ import annotations

from collections.abc import Mapping

from juxian.core.policy.document import Policy

REST = ""  # key of the remainder among the groups of a comparison: unknown, or too few to be shown


def replaced(policies: Mapping[str, Policy], changed: Mapping[str, Policy]) -> list[Policy]:
    """The policies with some of them rewritten, in their order; new ones come last."""
    return [
        *(changed.get(id_, policy) for id_, policy in policies.items()),
        *(p for id_, p in changed.items() if id_ not in policies),
    ]
