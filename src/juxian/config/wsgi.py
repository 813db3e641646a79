"""What a server calls (服务入口)."""

import gc
import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.config.settings")
OBJECTS_BETWEEN_COLLECTIONS = 50_000  # a page makes and drops some ten thousand


class Request(WSGIRequest):
    """Django reads the content type before any page of ours could answer; one that cannot be read counts as none."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # not in the stubs
        except ValueError:  # a charset with a zero byte, written as charset*=utf-8''%00
            self.content_type, self.content_params = "", {}


class Handler(WSGIHandler):
    request_class = Request


gc.disable()  # what is set up here stays
django.setup(set_prefix=False)
application = Handler()
_ = get_resolver().url_patterns  # the first visitor does not wait for the imports
gc.collect()
gc.freeze()  # what lives as long as the process is not looked through again
gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
gc.enable()
