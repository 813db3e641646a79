"""The first administrator is made by a command that asks."""

import io

import pytest

from juxian.apps.accounts.models import User
from juxian.apps.audit.models import AuditEntry
from juxian.config.cli import main
from tests.factories import OrganisationFactory, UserFactory

PASSWORD = "correct-horse-battery"
pytestmark = pytest.mark.django_db


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_the_first_administrator_is_asked_for(monkeypatch, capsys):
    place = OrganisationFactory()
    typed(monkeypatch, "Guan", "管理员甲", PASSWORD, PASSWORD)

    assert main(["admin", "create"]) == 0

    user = User.objects.get()
    post = user.posts.get()
    assert (user.username, user.name, user.check_password(PASSWORD)) == ("guan", "管理员甲", True)
    assert (post.role, post.organisation) == ("system_admin", place)
    assert not user.is_superuser
    assert [entry.action for entry in AuditEntry.objects.all()] == ["accounts.created"]
    assert PASSWORD not in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    "lines",
    [("guan", "甲", PASSWORD, "other"), ("guan", "甲", "short", "short"), ("a b", "甲", PASSWORD, PASSWORD)],
)
def test_what_does_not_fit_makes_no_account(monkeypatch, lines):
    OrganisationFactory()
    typed(monkeypatch, *lines)

    assert main(["admin", "create"]) == 1
    assert not User.objects.exists()


def test_without_a_place_there_is_no_administrator(monkeypatch):
    typed(monkeypatch, "guan", "甲", PASSWORD, PASSWORD)

    assert main(["admin", "create"]) == 1


def test_an_account_is_reset(monkeypatch):
    user = UserFactory(username="li")
    typed(monkeypatch, PASSWORD, PASSWORD)

    assert main(["admin", "reset", "li"]) == 0
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert main(["admin", "reset", "nobody"]) == 1
