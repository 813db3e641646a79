"""The statement of one's own payments, to print and as a file without formulas (本人对账单)."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from juxian.apps.funds.actions.settling import tell_line
from juxian.apps.funds.models import Grant, Instalment, PaymentLine
from tests.apps.funds.scene import DAY, WAN, Scene, make_scene
from tests.browser import Browser
from tests.web.desk.funds.helping import browser

pytestmark = pytest.mark.django_db
PAGE, FILE = "/me/payments/statement/", "/me/payments/file/"


@pytest.fixture
def scene(settings: Settings, tmp_path: Path) -> Scene:
    settings.JUXIAN_TODAY = date(2022, 6, 10)
    settings.STATIC_ROOT = tmp_path  # must exist for the middleware that serves it
    return make_scene()


@pytest.fixture
def paid(scene: Scene) -> Grant:
    [grant] = scene.granted("甲")
    line = scene.run("exported").lines.get()
    for by in (scene.maker, scene.checker):
        tell_line(line=PaymentLine.objects.get(pk=line.pk), state="confirmed", day=DAY, reason="回单", by=by)
    return grant


def own(scene: Scene, grant: Grant) -> Browser:
    return browser(scene.place.user("person", person=grant.person))


def rows_of(client: Browser, address: str = FILE) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def test_what_was_paid_into_which_account_and_what_would_be_owed(scene: Scene, paid: Grant) -> None:
    client, line = own(scene, paid), PaymentLine.objects.get()

    page = client.get(PAGE).content.decode()

    assert line.reference in page
    assert "6222***********0000" in page
    assert "如果今天离开应退" in page
    assert "合计 2 万元" in page
    assert "data-print" in page
    [_head, payment, _empty, owed, duty] = rows_of(client)
    assert payment[3:] == ["20000.00", "已发放", "2022-06-01", line.reference, "6222***********0000"]
    # introduced 2021-09-01, paid back without a formula of the policy: all 20,000 yuan (nine of sixty months served)
    assert owed == ["如果今天离开应退", "", "2022-06-10", "20000.00"]
    assert duty[3] == "20000.00"


def test_a_year_without_payments_is_not_offered(scene: Scene, paid: Grant) -> None:
    client = own(scene, paid)

    assert "?year=2022" in client.get(PAGE).content.decode()
    assert len(rows_of(client, FILE + "?year=2022")) == len(rows_of(client, FILE + "?year=1999"))
    assert "2021 年" not in client.get(PAGE + "?year=2021").content.decode()


def test_no_cell_is_a_formula(scene: Scene, paid: Grant) -> None:
    Grant.objects.update(title='=HYPERLINK("http://x")')

    rows = rows_of(own(scene, paid))

    assert rows[1][0] == '\'=HYPERLINK("http://x")'
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]


def test_nobody_sees_the_statement_of_another(scene: Scene, paid: Grant) -> None:
    other = scene.place.person("乙")
    client = browser(scene.place.user("person", person=other))

    assert PaymentLine.objects.get().reference not in client.get(PAGE).content.decode()
    assert len(rows_of(client)) == 1
    without = browser(scene.place.user("person", name="无档案"))
    assert without.get(PAGE).status_code == 404


def test_the_number_of_queries_does_not_grow(scene: Scene, paid: Grant) -> None:
    client, counts = own(scene, paid), []
    for number in (2, 3, 4):
        Instalment.objects.create(
            grant=paid, number=number, due=date(2023, number, 1), amount_fen=WAN, whole_fen=WAN
        )
        client.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        counts.append(len(captured))

    assert len(set(counts)) == 1
