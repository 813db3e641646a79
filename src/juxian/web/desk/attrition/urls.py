from django.urls import path

from juxian.web.desk.attrition import pages

urlpatterns = [
    path("", pages.warnings, name="attrition"),
    path("look/", pages.look, name="attrition-look"),
    path("<int:pk>/", pages.warning, name="attrition-warning"),
]
