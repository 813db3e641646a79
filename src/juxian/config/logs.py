"""Numbers of persons leave no trace in a log (日志脱敏), whoever wrote them into a message, an argument or a traceback."""

from __future__ import annotations

import logging

from juxian.core.notices.numbers import masked_text


class Masked(logging.Formatter):
    """The line as it would be written, with ID, telephone and bank card numbers masked."""

    def format(self, record: logging.LogRecord) -> str:
        return masked_text(super().format(record))
