"""Published policy versions, runs over the register, and what they found (政策版本、筛查、认定)."""

from juxian.apps.policies.models.finding import Examined, FindRun, Found, Turning
from juxian.apps.policies.models.runs import Determination, ProfileSnapshot, RunAnswer, RunPerson, SweepRun
from juxian.apps.policies.models.texts import PolicyDraft, PolicyVersion, Simulation

__all__ = [
    "Determination",
    "Examined",
    "FindRun",
    "Found",
    "PolicyDraft",
    "PolicyVersion",
    "ProfileSnapshot",
    "RunAnswer",
    "RunPerson",
    "Simulation",
    "SweepRun",
    "Turning",
]
