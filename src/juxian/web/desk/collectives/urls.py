from django.urls import path

from juxian.web.desk.collectives import changing, exporting, pages, pairings

urlpatterns = [
    path("collectives/", pages.collectives, name="collectives"),
    path("collectives/new/", changing.new, name="collective-new"),
    path("collectives/export/", exporting.export, name="collectives-export"),
    path("collectives/<int:pk>/", pages.collective, name="collective"),
    path("collectives/<int:pk>/change/", changing.change, name="collective-change"),
    path("collectives/<int:pk>/close/", changing.close, name="collective-close"),
    path("collectives/<int:pk>/join/", changing.join_it, name="collective-join"),
    path("collectives/<int:pk>/members/<int:stay>/", changing.member, name="collective-member"),
    path("collectives/<int:pk>/equipment/", changing.equip, name="collective-equip"),
    path("collectives/<int:pk>/equipment/<int:item>/", changing.retire, name="collective-retire"),
    path("collectives/pairings/", pairings.pairings, name="pairings"),
    path("collectives/pairings/new/", pairings.new, name="pairing-new"),
    path("collectives/pairings/<int:pk>/end/", pairings.end, name="pairing-end"),
]
