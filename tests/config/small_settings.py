"""The settings of the product with a database that may not grow past ``TEST_PAGES`` (见 test_storage_trouble)."""

import os

from juxian.config.settings import *  # noqa: F403  # every setting, as the product has it
from juxian.config.settings import DATABASES

DATABASES["default"]["OPTIONS"]["init_command"] += f"PRAGMA max_page_count={int(os.environ['TEST_PAGES'])};"  # type: ignore[index]
