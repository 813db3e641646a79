from django.urls import path

from juxian.web.desk.cards import counter, pages

urlpatterns = [
    path("", pages.cards, name="cards"),
    path("issue/", pages.issue, name="card-issue"),
    path("counter/", counter.counter, name="card-counter"),
    path("counter/use/", counter.use, name="card-use"),
    path("uses/<int:pk>/back/", counter.take_back, name="card-use-back"),
    path("<slug:number>/", pages.card, name="card"),
    path("<slug:number>/print/", pages.card_print, name="card-print"),
    path("<slug:number>/renew/", pages.renew, name="card-renew"),
    path("<slug:number>/reissue/", pages.reissue, name="card-reissue"),
    path("<slug:number>/revoke/", pages.revoke, name="card-revoke"),
]
