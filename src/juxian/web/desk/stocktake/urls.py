from django.urls import path

from juxian.web.desk.stocktake import exporting, flows, needs, overview, people

urlpatterns = [
    path("", overview.overview, name="stocktake"),
    path("count/", overview.count_day, name="stocktake-count"),
    path("people/", people.people, name="stocktake-people"),
    path("flows/", flows.flows, name="stocktake-flows"),
    path("needs/", needs.needs, name="stocktake-needs"),
    path("export/", exporting.export, name="stocktake-export"),
]
