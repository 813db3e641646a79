"""The demonstration shows a notice, with masked names and no number of anybody."""

from juxian.apps.notices.models import Notice
from juxian.config.demo_notices import seed_notices
from tests.web.places import Place, make_place


def test_a_place_has_a_public_notice_and_a_draft(db) -> None:
    place: Place = make_place()
    place.person("欧阳测试", "620201199001011232")

    seed_notices(place.root, place.user("office"), place.user("office"))

    assert [(notice.state, notice.rows) for notice in Notice.objects.order_by("pk")] == [
        ("public", [["欧*", place.employer.name, "未认定"]]),
        ("draft", []),
    ]
