# ruff: noqa: F811  # fixtures of another module are named as arguments
"""Papers of a list: matched by name, checked as every upload, said where they are not kept, and only then handed in."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juxian.apps.accounts.enums import Role
from juxian.apps.files.actions import checking
from juxian.apps.files.models import StoredFile
from juxian.apps.persons.models import Fact
from juxian.apps.services.actions import carry_on
from juxian.apps.services.models import Bulk, BulkPaper, Case, CaseFile, Draft
from juxian.web.kit.once import FIELD, new_key
from juxian.web.portal.services import bulkpapers
from tests.attachments import checked_here, picture
from tests.attachments import paper as pdf
from tests.rosters import xlsx
from tests.web.portal.test_bulk import GOOD, HEAD, SERVICE, at, employer, people  # noqa: F401  # fixtures

CONTRACT, NO_HOME = "劳动（聘用）合同", "家庭不动产登记查询结果"


@pytest.fixture
def staged(employer, people, settings, tmp_path, monkeypatch):
    """Three rows; of the third the register holds every evidence."""
    settings.JUXIAN_FILES = tmp_path
    monkeypatch.setattr(checking, "check_confined", checked_here)
    Fact.objects.exclude(person=people[2]).update(verification="unverified", evidence="")
    rows = [[person.number, person.name, *GOOD] for person in people]
    file = SimpleUploadedFile("名单.xlsx", xlsx([HEAD, *rows, ["", "查无此人", *GOOD]]))
    answer = employer.post(at("bulk-new", SERVICE), {"file": file, FIELD: new_key()})
    bulk = Bulk.objects.get()
    assert answer.url == at("bulk-papers", bulk.pk)
    return bulk


def a_file(name: str, content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or pdf(name))


def a_zip(**files: bytes) -> SimpleUploadedFile:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return SimpleUploadedFile("材料.zip", made.getvalue())


def sent(client, bulk, *files):
    return client.post(at("bulk-papers", bulk.pk), {"files": list(files)})


def said(answer) -> dict[str, str]:
    return {item.name: item.reason for item in answer.context["unmatched"]}


def states(bulk) -> list[tuple[int, str]]:
    return list(bulk.rows.order_by("line").values_list("line", "state"))


def worked_on(bulk, user) -> None:
    while carry_on(bulk=bulk, by=user):
        pass


def test_a_list_waits_for_its_papers_and_says_which(staged, employer):
    page = employer.get(at("bulk-papers", staged.pk))

    assert states(staged) == [(2, "papers"), (3, "papers"), (4, "papers"), (5, "refused")]
    assert not Case.objects.exists()
    wanted = {
        row.line: [(paper.title, paper.need) for paper in papers] for row, papers in page.context["rows"]
    }
    assert wanted[2] == [(CONTRACT, "必须提交"), (NO_HOME, "必须提交")]
    assert wanted[4] == [(CONTRACT, "已有凭证，免提交"), (NO_HOME, "已有凭证，免提交")]


def test_rows_whose_papers_are_complete_become_cases_and_the_others_say_what_is_missing(staged, employer):
    one, two = (row.name for row in staged.rows.order_by("line")[:2])
    answer = sent(
        employer,
        staged,
        a_zip(**{f"夹/{one}_{CONTRACT}.pdf": pdf("a"), f"夹/2_{NO_HOME}.pdf": pdf("b")}),
        a_file(f"{two}_contract.pdf"),
    )
    assert (answer.status_code, said(answer)) == (200, {})

    employer.post(at("bulk-submit", staged.pk))
    worked_on(staged, employer.user)

    assert states(staged) == [(2, "accepted"), (3, "papers"), (4, "accepted"), (5, "refused")]
    assert staged.rows.get(line=3).reasons == [
        [f"{NO_HOME}：必须提交", "Land-register search of the family: has to be handed in"]
    ]
    case = staged.rows.get(line=2).case
    assert sorted(CaseFile.objects.filter(case=case).values_list("material", flat=True)) == [
        "contract",
        "no_home",
    ]
    sent(employer, staged, a_file(f"3_{NO_HOME}.pdf"))
    employer.post(at("bulk-submit", staged.pk))
    worked_on(staged, employer.user)
    assert Case.objects.count() == 3


def test_what_does_not_fit_is_said_with_its_reason_and_not_kept(staged, employer, people):
    inner = a_zip(**{"x.pdf": pdf("x")}).read()
    answer = sent(
        employer,
        staged,
        a_file("扫描.pdf"),
        a_file(f"别人_{CONTRACT}.pdf"),
        a_file(f"{people[2].name}_{CONTRACT}.pdf"),
        a_file(f"2_{CONTRACT}.png", picture("PNG")),
        a_file(f"3_{CONTRACT}.pdf", b"%PDF-1.7 broken"),
        a_zip(**{f"2_{NO_HOME}.pdf": inner, f"3_{NO_HOME}.exe": b"MZ\0\0"}),
    )

    found = said(answer)
    assert answer.status_code == 422
    assert found["扫描.pdf"].startswith("文件名应为")
    assert found[f"别人_{CONTRACT}.pdf"] == "名单里没有“别人”"
    assert found[f"{people[2].name}_{CONTRACT}.pdf"] == "已有凭证，免提交"
    assert found[f"2_{CONTRACT}.png"] == "这份材料只收 PDF"
    assert found[f"3_{CONTRACT}.pdf"].startswith("文件损坏或不完整")
    assert found[f"2_{NO_HOME}.pdf"].startswith("压缩包里不能再有压缩包")
    assert found[f"3_{NO_HOME}.exe"].startswith("不接受这种文件")
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"../x.pdf": b"x"}, "内部文件名不正常"),
        ({f"{number}.pdf": b"\0" * 40_000_000 for number in range(3)}, "压缩比超过"),
    ],
)
def test_a_hostile_zip_is_refused_whole(staged, employer, content, reason):
    answer = sent(employer, staged, a_zip(**content))

    assert said(answer)["材料.zip"].startswith(reason)
    assert not StoredFile.objects.exists()


def test_the_same_file_twice_is_kept_once_and_can_be_taken_off(staged, employer):
    name, content = f"2_{CONTRACT}.pdf", pdf("same")
    sent(employer, staged, a_file(name, content))
    again = sent(employer, staged, a_file(name, content))
    assert said(again) == {name: "这个文件已经附过"}
    paper = BulkPaper.objects.get()

    employer.post(at("bulk-paper-drop", staged.pk), {"paper": paper.pk})

    assert not BulkPaper.objects.exists()
    assert StoredFile.objects.get().removed_at is not None


def test_nothing_is_attached_or_taken_off_once_a_row_was_handed_in(staged, employer):
    sent(employer, staged, a_file(f"2_{CONTRACT}.pdf"), a_file(f"2_{NO_HOME}.pdf"))
    employer.post(at("bulk-submit", staged.pk))
    paper = BulkPaper.objects.first()

    employer.post(at("bulk-paper-drop", staged.pk), {"paper": paper.pk})

    assert BulkPaper.objects.count() == 2
    assert said(sent(employer, staged, a_file(f"2_{CONTRACT}.pdf", pdf("late")))) == {
        f"2_{CONTRACT}.pdf": "名单里没有“2”"
    }


def test_the_rest_end_as_drafts_with_what_was_attached(staged, employer, people):
    sent(employer, staged, a_file(f"2_{CONTRACT}.pdf"))

    employer.post(at("bulk-submit", staged.pk), {"rest": "1"})
    worked_on(staged, employer.user)

    assert states(staged) == [(2, "refused"), (3, "refused"), (4, "accepted"), (5, "refused")]
    draft = Draft.objects.get(person=people[0])
    assert draft.materials == {"contract": [str(StoredFile.objects.get().uuid)]}
    assert draft.answers["mobile"] == "13800138000"


def test_the_unit_reads_its_papers_and_nobody_else(staged, employer, place):
    sent(employer, staged, a_file(f"2_{CONTRACT}.pdf"))
    address = f"/files/{StoredFile.objects.get().uuid}/"
    colleague, stranger = place.client(), place.client()
    colleague.force_login(place.user(Role.EMPLOYER), backend="django.contrib.auth.backends.ModelBackend")
    stranger.force_login(place.user(Role.DEPARTMENT), backend="django.contrib.auth.backends.ModelBackend")

    assert (colleague.get(address).status_code, stranger.get(address).status_code) == (200, 404)


def test_too_many_files_are_refused_unread(staged, employer, settings):
    settings.JUXIAN_UPLOADS_AT_ONCE = 1

    assert sent(employer, staged, a_file("a.pdf"), a_file("b.pdf")).status_code == 413


def test_more_than_fits_into_one_zip_is_told(staged, employer, monkeypatch):
    monkeypatch.setattr(bulkpapers, "MOST_PACKED", 1)

    answer = sent(employer, staged, a_zip(**{"a_b.pdf": b"1", "c_d.pdf": b"2"}))

    assert said(answer)["材料.zip"].startswith("压缩包里超过 1 个文件")


def test_the_page_takes_the_same_number_of_queries_for_one_and_three(
    staged, employer, django_assert_num_queries
):
    employer.get(at("bulk-papers", staged.pk))
    sent(employer, staged, a_file(f"2_{CONTRACT}.pdf"), a_file(f"3_{CONTRACT}.pdf"))
    with CaptureQueriesContext(connection) as found:
        employer.get(at("bulk-papers", staged.pk))
        queries = len(found)
    staged.rows.filter(line__gt=2).update(state="refused")

    with django_assert_num_queries(queries):
        employer.get(at("bulk-papers", staged.pk))
