"""What is stored of services and cases."""

from juxian.apps.services.models.bulk import Bulk, BulkPaper, BulkRow
from juxian.apps.services.models.cases import Case, CaseEffect, CaseEvent, CaseSeries
from juxian.apps.services.models.conferences import AgendaItem, Conference
from juxian.apps.services.models.definitions import CalendarYear, Definition, FreezePeriod
from juxian.apps.services.models.people import Cover, Draft, Officership, Rating
from juxian.apps.services.models.systems import SystemCase, SystemPaper
from juxian.apps.services.models.turns import CaseFile, CaseLetter, Seat, Timer, Turn
from juxian.apps.services.models.visitors import VisitorCount, VisitorWord

__all__ = [
    "AgendaItem",
    "Bulk",
    "BulkPaper",
    "BulkRow",
    "CalendarYear",
    "Case",
    "CaseEffect",
    "CaseEvent",
    "CaseFile",
    "CaseLetter",
    "CaseSeries",
    "Conference",
    "Cover",
    "Definition",
    "Draft",
    "FreezePeriod",
    "Officership",
    "Rating",
    "Seat",
    "SystemCase",
    "SystemPaper",
    "Timer",
    "Turn",
    "VisitorCount",
    "VisitorWord",
]
