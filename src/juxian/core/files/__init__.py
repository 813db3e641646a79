"""Files that people attach (附件): known by content, checked before they are kept, pictures made anew."""

from juxian.core.files.checking import Checked, check_file
from juxian.core.files.kinds import Kind
from juxian.core.files.limits import DEFAULT_LIMITS, FileLimits
from juxian.core.files.names import safe_name

__all__ = ["DEFAULT_LIMITS", "Checked", "FileLimits", "Kind", "check_file", "safe_name"]
