from django.urls import path

from juxian.web.desk.linking import merges, pair, queue

urlpatterns = [
    path("", queue.queue, name="linking"),
    path("classes/", queue.settle_class, name="linking-class"),
    path("pairs/<int:pk>/", pair.pair, name="linking-pair"),
    path("merges/<int:pk>/", merges.merge, name="linking-merge"),
]
