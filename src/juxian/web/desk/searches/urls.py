from django.urls import path

from juxian.web.desk.searches import pages

urlpatterns = [
    path("", pages.searches, name="searches"),
    path("new/", pages.keep, name="search-new"),
    path("<int:pk>/", pages.search, name="search"),
    path("<int:pk>/change/", pages.change, name="search-change"),
    path("<int:pk>/drop/", pages.drop, name="search-drop"),
]
