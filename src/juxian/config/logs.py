"""Numbers and addresses of persons leave no trace in a log (日志脱敏), whoever wrote them into a message, an argument or a traceback."""

from __future__ import annotations

import logging

from juxian.core.identity.masking import mask_mail
from juxian.core.notices.numbers import masked_text


class Masked(logging.Formatter):
    """The line as it would be written, with ID, telephone and bank card numbers and e-mail addresses masked."""

    def format(self, record: logging.LogRecord) -> str:
        return masked_text(mask_mail(super().format(record)))
