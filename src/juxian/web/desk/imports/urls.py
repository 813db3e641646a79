from django.urls import path

from juxian.web.desk.imports import batch, deciding, listing, mapping, returning, template

urlpatterns = [
    path("", listing.imports, name="imports"),
    path("new/", listing.hand_in, name="import-new"),
    path("template/", template.template, name="import-template"),
    path("<int:pk>/", batch.batch, name="import"),
    path("<int:pk>/tables/<int:position>/", mapping.mapping, name="import-mapping"),
    path("<int:pk>/rows/<int:row>/", deciding.row, name="import-row"),
    path("<int:pk>/decide/", deciding.decide_alike, name="import-decide"),
    path("<int:pk>/accept/", batch.accept, name="import-accept"),
    path("<int:pk>/refused/", returning.give_back, name="import-refused"),
    path("<int:pk>/undo/", batch.undo, name="import-undo"),
]
