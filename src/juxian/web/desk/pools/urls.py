from django.urls import path

from juxian.web.desk.pools import pages

urlpatterns = [
    path("", pages.pools, name="pools"),
    path("<int:pk>/", pages.pool, name="pool"),
    path("<int:pk>/add/", pages.add, name="pool-add"),
    path("<int:pk>/refresh/", pages.refresh, name="pool-refresh"),
    path("<int:pk>/members/<int:member>/remove/", pages.remove, name="pool-remove"),
]
