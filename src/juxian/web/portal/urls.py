from django.urls import path

from juxian.web.portal import home, me, policies, screener, unit

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("policies/", policies.policies_here, name="policies-here"),
    path("screener/", screener.screener_here, name="screener-here"),
    path("p/<slug:pack>/policies/", policies.policies, name="policies"),
    path("p/<slug:pack>/policies/<slug:policy_id>/", policies.policy, name="policy"),
    path("p/<slug:pack>/screener/", screener.screener, name="screener"),
    path("me/", me.me, name="me"),
    path("unit/", unit.unit, name="unit"),
]
