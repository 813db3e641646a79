from django.urls import path

from juxian.web.desk.funds import accounts, granting, grants, overview, recoveries, runs, seats, statements

urlpatterns = [
    path("", overview.funds, name="funds"),
    path("grants/", grants.grants, name="grants"),
    path("grants/new/", granting.grant_new, name="grant-new"),
    path("grants/<int:pk>/", grants.grant, name="grant"),
    path("grants/<int:pk>/act/", grants.act, name="grant-act"),
    path("grants/<int:pk>/account/", accounts.propose, name="grant-account"),
    path("accounts/<int:pk>/", accounts.decide, name="account-decide"),
    path("runs/", runs.runs, name="runs"),
    path("runs/new/", runs.run_new, name="run-new"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("runs/<int:pk>/act/", runs.act, name="run-act"),
    path("runs/<int:pk>/file/", runs.file, name="run-file"),
    path("payments/<int:pk>/act/", runs.payment_act, name="payment-act"),
    path("statements/", statements.statements, name="statements"),
    path("statements/new/", statements.statement_new, name="statement-new"),
    path("statements/<int:pk>/", statements.statement, name="statement"),
    path("statements/lines/<int:pk>/", statements.explain, name="statement-explain"),
    path("recoveries/", recoveries.recoveries, name="recoveries"),
    path("recoveries/check/", recoveries.check, name="recoveries-check"),
    path("recoveries/<int:pk>/", recoveries.recovery, name="recovery"),
    path("recoveries/<int:pk>/act/", recoveries.act, name="recovery-act"),
    path("reliefs/<int:pk>/", recoveries.relief, name="relief-decide"),
    path("seats/", seats.seats, name="seats"),
    path("seats/<int:pk>/return/", seats.seat_return, name="seat-return"),
]
