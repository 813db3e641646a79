"""A place with money and people to promise it to (资金测试的场景)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.funds.actions.budgets import load_budgets
from juxian.apps.funds.actions.grants import grant_benefit
from juxian.apps.funds.actions.payees import confirm_account, propose_account
from juxian.apps.funds.actions.runs import draft_run, export_run, seal_run, send_run, submit_run
from juxian.apps.funds.models import Grant, PayeeAccount, PaymentRun
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.models import Person
from tests.web.places import Place, make_place

DAY = date(2022, 6, 1)
POLICY, BENEFIT = "settlement-subsidy", "settlement-base"
WAN = 10_000 * 100
BANK = "payroll-csv"
INTRODUCED = date(2021, 9, 1)


@dataclass
class Scene:
    """One place: two clerks of the office, budgets of the pack. payer: of the department that pays, where one is named."""

    place: Place
    maker: User
    checker: User
    payer: User | None = None

    def entitled(self, name: str, number: str = "", **values: object) -> Person:
        """Somebody entitled to the lowest grade of the settlement subsidy, 20,000 yuan at once."""
        introduction = FactDraft("introduction", {"mode": "full_time", "service_months": 60}, INTRODUCED)
        rest = [
            FactDraft("title", {"level": "junior"}, INTRODUCED),
            FactDraft("talent_class", {"level": "unclassed"}, INTRODUCED),
            FactDraft(
                "education", {"degree": "bachelor", "school": "某校", "school_tags": []}, date(2012, 7, 1)
            ),
        ]
        facts = [introduction, *rest, *values.pop("facts", [])]  # type: ignore[misc]
        return self.place.person(name, number, degree="bachelor", facts=facts, **values)

    def account(self, person: Person, number: str = "6222020200112345678") -> PayeeAccount:
        account = propose_account(
            person=person,
            number=number,
            bank="测试银行",
            holder=person.name,
            by=self.maker,
            evidence="本人签字",
        )
        confirm_account(account=account, by=self.checker)
        account.refresh_from_db()
        return account

    def grant(self, person: Person, key: str = "") -> Grant:
        return grant_benefit(
            person=person,
            policy=POLICY,
            benefit=BENEFIT,
            source_key=key or f"test:{person.pk}",
            by=self.maker,
            day=DAY,
        )

    def granted(self, *names: str) -> list[Grant]:
        """Grants of new persons with confirmed accounts."""
        found = []
        for place, name in enumerate(names):
            person = self.entitled(name)
            self.account(person, f"62220202001123{place:05d}")
            found.append(self.grant(person))
        return found

    def run(self, upto: str = "sent") -> PaymentRun:
        """A run of everything that is due, brought as far as ``upto``."""
        run = draft_run(home=self.place.root, as_of=DAY, title="六月", bank=BANK, by=self.maker)
        for step, act in (
            ("submitted", lambda: submit_run(run=run, by=self.maker)),
            ("sealed", lambda: seal_run(run=run, by=self.checker)),
            ("exported", lambda: export_run(run=run, by=self.payer or self.checker)),
            ("sent", lambda: send_run(run=run, by=self.payer or self.maker)),
        ):
            if run.state == upto:
                break
            act()
            run.refresh_from_db()
            if step == upto:
                break
        return run


def make_scene(code: str = "jiayuguan") -> Scene:
    place = make_place(code)
    load_budgets(place.pack, place.root)
    return Scene(place, place.user(Role.OFFICE, name="拟制员"), place.user(Role.OFFICE, name="复核员"))


def statement(*rows: tuple[object, ...], opening: str = "", closing: str = "") -> bytes:
    """A bank's CSV. rows: day, reference, paid, returned, status, note."""
    lines = ["交易日期,业务编号,借方金额,贷方金额,状态,摘要,期初余额,期末余额"]
    for place, row in enumerate(rows):
        cells = [str(cell) for cell in row] + [""] * (6 - len(row))
        last = place == len(rows) - 1
        lines.append(",".join([*cells, opening if not place else "", closing if last else ""]))
    return "\r\n".join(lines).encode("gb18030")
