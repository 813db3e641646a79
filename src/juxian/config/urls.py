"""Addresses: one prefix for each audience (网址)."""

from django.urls import include, path

urlpatterns = [
    path("", include("juxian.web.kit.urls")),
    path("desk/", include("juxian.web.desk.urls", namespace="desk")),
    path("api/v1/", include("juxian.web.api.urls", namespace="api")),
    path("board/", include("juxian.web.board.urls", namespace="board")),
    path("", include("juxian.web.portal.urls", namespace="portal")),
]

handler400 = "juxian.web.kit.errors.bad_request"
handler403 = "juxian.web.kit.errors.forbidden"
handler404 = "juxian.web.kit.errors.not_found"
handler500 = "juxian.web.kit.errors.server_error"
