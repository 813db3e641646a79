"""How somebody came into a pool (入库方式)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.TextChoices):
    """How a member came in (入库方式)."""

    CONDITION = "condition", _("符合条件")
    HAND = "hand", _("人工选入")
