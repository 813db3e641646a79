from django.urls import path

from juxian.web.kit import bindings, files, metrics, mine, own_account, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/code/", views.sign_in_code, name="sign-in-code"),
    path("account/", own_account.account, name="account"),
    path("account/password/", own_account.password, name="password"),
    path("account/factor/", own_account.factor, name="factor"),
    path("account/factor/remove/", own_account.remove_factor, name="factor-remove"),
    path("account/addresses/", bindings.addresses, name="addresses"),
    path("account/addresses/remove/", bindings.address_remove, name="address-remove"),
    path("account/sessions/end/", own_account.end_others, name="sessions-end"),
    path("account/sessions/<int:pk>/end/", own_account.end_session, name="session-end"),
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
    path("readyz", views.readyz, name="readyz"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
    path("metrics", metrics.metrics, name="metrics"),
    path("healthz", views.healthz, name="healthz"),
]
