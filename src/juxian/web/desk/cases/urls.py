from django.urls import path

from juxian.web.desk.cases import (
    acting,
    calendar,
    conferences,
    counter,
    freezes,
    officers,
    page,
    queue,
    ratings,
    services,
)

urlpatterns = [
    path("cases/", queue.queue, name="cases"),
    path("cases/bulk/", queue.bulk, name="cases-bulk"),
    path("cases/counter/", counter.counter, name="counter"),
    path("cases/<str:number>/", page.case, name="case"),
    path("cases/<str:number>/act/", acting.act, name="case-act"),
    path("cases/<str:number>/reveal/", acting.reveal, name="case-reveal"),
    path("cases/<str:number>/take/<int:turn>/", acting.take, name="case-take"),
    path("cases/<str:number>/conference/", conferences.bring, name="case-conference"),
    path("services/", services.services, name="services"),
    path("services/<slug:service>/", services.service, name="service"),
    path("officers/", officers.officers, name="officers"),
    path("officers/<int:pk>/", officers.officer, name="officer"),
    path("officers/covers/<int:pk>/end/", officers.cover_end, name="cover-end"),
    path("persons/<slug:number>/officer/", officers.of_person, name="person-officer"),
    path("freezes/", freezes.freezes, name="freezes"),
    path("freezes/<int:pk>/end/", freezes.end, name="freeze-end"),
    path("ratings/", ratings.ratings, name="ratings"),
    path("cases/<str:number>/reply/", ratings.reply, name="rating-reply"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("conferences/", conferences.conferences, name="conferences"),
    path("conferences/<int:pk>/", conferences.conference, name="conference"),
]
