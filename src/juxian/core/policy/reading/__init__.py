"""Reading a policy file (读取政策文件): all problems at once, nothing half accepted.

Problems beside those of ``fields`` and of conditions: P310 id written twice · P311 periods of versions · P312 not a
date field · P313 neither money nor in kind, or both · P314 row never reached · P315 shares · P316 rules of one group
disagree · P317 in kind cannot be compared · P319 days to object where an application is needed · P320 the name of points tables ·
P321 a window of applying · P322 a class (``classing``) · P323 a list (``listing``) · P324 a schedule (``scheduling``).
"""

from juxian.core.policy.reading.cases import read_cases
from juxian.core.policy.reading.policies import read_policy

__all__ = ["read_cases", "read_policy"]
