from django.urls import path

from juxian.web.desk.housing import contributing, draws, inspections, leases, offers, stock, waiting

urlpatterns = [
    path("", stock.housing, name="housing"),
    path("contributions/", contributing.contributions, name="housing-contributions"),
    path("contributions/<int:pk>/", contributing.contribute, name="housing-contribute"),
    path("draws/<int:pk>/", draws.draw, name="housing-draw"),
    path("draws/<int:pk>/offer/", draws.offer, name="housing-draw-offer"),
    path("draws/<int:pk>/void/", draws.void, name="housing-draw-void"),
    path("draws/<int:pk>/value/", draws.publish_value, name="housing-draw-value"),
    path("draws/<int:pk>/again/", draws.again, name="housing-draw-again"),
    path("applications/<int:pk>/renew/", waiting.renew, name="housing-application-renew"),
    path("offers/<int:pk>/sign/", offers.sign, name="housing-sign"),
    path("offers/<int:pk>/unsigned/", offers.unsigned, name="housing-unsigned"),
    path("leases/<int:pk>/", leases.lease, name="housing-lease"),
    path("leases/<int:pk>/notice/", leases.notice, name="housing-notice"),
    path("leases/<int:pk>/keys/", leases.keys, name="housing-keys"),
    path("leases/<int:pk>/renew/", leases.renew, name="housing-lease-renew"),
    path("bills/<int:pk>/receipt/", leases.receipt, name="housing-receipt"),
    path("units/<int:pk>/", inspections.unit, name="housing-unit"),
    path("units/<int:pk>/close/", inspections.close, name="housing-unit-close"),
    path("units/<int:pk>/inspect/", inspections.new, name="housing-inspect"),
    path("<slug:code>/", stock.estate, name="housing-estate"),
    path("<slug:code>/queue/", waiting.queue, name="housing-queue"),
    path("<slug:code>/draws/", draws.draws, name="housing-draws"),
    path("<slug:code>/draws/new/", draws.new, name="housing-draw-new"),
    path("<slug:code>/offers/", offers.offers, name="housing-offers"),
    path("<slug:code>/leases/", leases.leases, name="housing-leases"),
    path("<slug:code>/inspections/", inspections.inspections, name="housing-inspections"),
]
