"""Static checks of policies, each with a person who shows it (政策静态检查)."""

from juxian.core.policy.lint.finding import CODES, Example, Finding, Report, Result
from juxian.core.policy.lint.merits import Merit, Merits, merged
from juxian.core.policy.lint.running import LIMIT, lint

__all__ = ["CODES", "LIMIT", "Example", "Finding", "Merit", "Merits", "Report", "Result", "lint", "merged"]
