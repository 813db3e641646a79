from django.urls import path

from juxian.web.portal import home, me, notices, payments, policies, readings, screener, unit
from juxian.web.portal.housing import draws, mine
from juxian.web.portal.services import applying, following, guides, progress

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("policies/", policies.policies_here, name="policies-here"),
    path("screener/", screener.screener_here, name="screener-here"),
    path("services/", guides.services_here, name="services-here"),
    path("p/<slug:pack>/policies/", policies.policies, name="policies"),
    path("p/<slug:pack>/policies/<slug:policy_id>/", policies.policy, name="policy"),
    path("p/<slug:pack>/screener/", screener.screener, name="screener"),
    path("draws/", draws.draws_here, name="draws-here"),
    path("p/<slug:pack>/draws/", draws.draws, name="draws"),
    path("p/<slug:pack>/draws/verifier.py", draws.verifier, name="draw-verifier"),
    path("p/<slug:pack>/draws/<int:pk>/", draws.draw, name="draw"),
    path("p/<slug:pack>/draws/<int:pk>/transcript.json", draws.transcript, name="draw-transcript"),
    path("p/<slug:pack>/notices/", notices.notices, name="notices"),
    path("p/<slug:pack>/notices/<int:pk>/", notices.notice, name="notice"),
    path("p/<slug:pack>/services/", guides.services, name="services"),
    path("p/<slug:pack>/services/<slug:service_id>/", guides.service, name="service"),
    path("progress/", progress.progress_here, name="progress-here"),
    path("p/<slug:pack>/progress/", progress.progress, name="progress"),
    path("apply/<slug:service_id>/", applying.apply, name="apply"),
    path("apply/<slug:service_id>/review/", applying.apply_review, name="apply-review"),
    path("apply/<slug:service_id>/drop/", applying.apply_drop, name="apply-drop"),
    path("my-cases/", following.cases, name="cases"),
    path("my-cases/<str:number>/", following.case, name="case"),
    path("my-cases/<str:number>/act/", following.case_act, name="case-act"),
    path("my-cases/<str:number>/supplement/", following.supplement, name="case-supplement"),
    path("my-cases/<str:number>/rate/", following.case_rate, name="case-rate"),
    path("my-cases/<str:number>/letters/<int:pk>/", following.letter, name="letter"),
    path("me/", me.me, name="me"),
    path("housing/", mine.mine, name="housing"),
    path("housing/applications/<int:pk>/withdraw/", mine.withdraw, name="housing-withdraw"),
    path("housing/offers/<int:pk>/accept/", mine.accept, name="housing-accept"),
    path("housing/offers/<int:pk>/decline/", mine.decline, name="housing-decline"),
    path("housing/leases/<int:pk>/renew/", mine.renew, name="housing-renew"),
    path("housing/<slug:code>/apply/", mine.apply, name="housing-apply"),
    path("me/payments/", payments.payments, name="payments"),
    path("me/payments/file/", payments.payments_file, name="payments-file"),
    path("me/account/", payments.account, name="account"),
    path("me/account/<int:pk>/", payments.account_decide, name="account-decide"),
    path("me/readings/", readings.readings, name="readings"),
    path("unit/", unit.unit, name="unit"),
]
