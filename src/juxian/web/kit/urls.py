from django.urls import path

from juxian.web.kit import files, mine, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("start/", views.start, name="start"),
    path("theme/", views.theme, name="theme"),
    path("language/", views.language, name="language"),
    path("place/", views.place, name="place"),
    path("post/", views.post, name="post"),
    path("demo/sign-in/<str:username>/", views.demo_sign_in, name="demo-sign-in"),
    path("demo/switch/", views.demo_switch, name="demo-switch"),
    path("files/<uuid:uuid>/", files.download, name="file"),
    path("files/<uuid:uuid>/preview/", files.preview, name="file-preview"),
    path("messages/", mine.messages, name="messages"),
    path("cases/<str:number>/", mine.case_link, name="case-link"),
    path("healthz", views.healthz, name="healthz"),
]
