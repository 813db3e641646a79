"""Collect the messages (收集待译词语): Django's command, so that a second run changes nothing.

The file names no places in the source, keeps no obsolete entries, guesses no translations and bears no date.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.commands import makemessages

CREATION_DATE = re.compile(r'^"POT-Creation-Date: [^"]*"\n', re.MULTILINE)


class Command(makemessages.Command):
    """``django-admin makemessages`` from any directory; English when no language is named."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def handle(self, *args: Any, **options: Any) -> None:
        os.chdir(settings.PACKAGE)
        fixed = {"locale": options["locale"] or ["en"], "no_location": True, "no_obsolete": True}
        super().handle(*args, **options | fixed)

    def write_po_file(self, potfile: str, locale: str) -> None:
        super().write_po_file(potfile, locale)
        target = Path(potfile).parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        target.write_text(CREATION_DATE.sub("", target.read_text("utf-8"), count=1), "utf-8")
