from django.urls import path

from juxian.web.board import behind, dashboard, person, tables

app_name = "board"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("targets/", tables.targets, name="targets"),
    path("figures/", tables.figures, name="figures"),
    path("persons/", behind.persons, name="persons"),
    path("persons/<str:number>/", person.person, name="person"),
]
