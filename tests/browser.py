"""A browser whose forms were opened a moment ago (测试浏览器)."""

from __future__ import annotations

from typing import Any

from django.test import Client

from juxian.web.kit.once import FIELD, new_key


class Browser(Client):
    """Each POST of fields carries a fresh key, as a page's ``{% once %}`` gives it, unless it names one."""

    def post(self, path: str, data: Any = None, *args: Any, **kwargs: Any) -> Any:
        if data is None or isinstance(data, dict):
            data = {FIELD: new_key()} | (data or {})
        return super().post(path, data, *args, **kwargs)
