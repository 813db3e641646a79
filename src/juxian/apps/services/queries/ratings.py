"""What applicants thought of their cases, and what waits for a reply (好差评)."""

from __future__ import annotations

from django.db.models import QuerySet

from juxian.apps.organisations.models import Organisation
from juxian.apps.services.models import Rating
from juxian.core.packs.schema import Pack


def ratings_of(home: Organisation, service: str = "") -> QuerySet[Rating]:
    """Ratings of a place's cases, those of the newest cases first."""
    found = Rating.objects.filter(case__home=home)
    found = found.filter(case__service=service) if service else found
    return found.select_related("case__definition", "case__home", "replied_by").order_by("-pk")


def without_reply(ratings: QuerySet[Rating], pack: Pack) -> QuerySet[Rating]:
    """Bad ones that nobody has answered; how many stars are bad is data of the place (``bad_rating``)."""
    return ratings.filter(stars__lte=pack.bad_rating, reply="")
