"""A browser whose forms were opened a moment ago (测试浏览器)."""

from __future__ import annotations

from typing import Any

from django.test import Client

from juxian.web.kit.once import FIELD, new_key


def text_of(answer: Any) -> str:
    """What an answer holds, as text; files are read to their end."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8", "replace")


class Browser(Client):
    """Each POST of fields carries a fresh key, as a page's ``{% once %}`` gives it, unless it names one."""

    def post(self, path: str, data: Any = None, *args: Any, **kwargs: Any) -> Any:
        if data is None or isinstance(data, dict):
            data = {FIELD: new_key()} | (data or {})
        return super().post(path, data, *args, **kwargs)
