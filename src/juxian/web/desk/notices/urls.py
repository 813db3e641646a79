from django.urls import path

from juxian.web.desk.notices import views

urlpatterns = [
    path("", views.notices, name="notices"),
    path("new/", views.add, name="notice-new"),
    path("<int:pk>/", views.notice, name="notice"),
    path("<int:pk>/publish/", views.publish, name="notice-publish"),
    path("<int:pk>/end/", views.end, name="notice-end"),
]
