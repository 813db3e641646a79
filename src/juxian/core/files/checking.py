"""One file, checked by what it is (附件检查)."""

from __future__ import annotations

from dataclasses import dataclass

from juxian.core.files.kinds import IMAGES, MEDIA, OFFICE, Kind, kind_of
from juxian.core.files.limits import DEFAULT_LIMITS, MEGABYTE, FileLimits, refusal
from juxian.core.text import Text


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept. data: what is to be kept, the pixels alone of a picture.

    width, height: in pixels, 0 for others. pages: of a PDF, 0 for others.
    """

    kind: Kind
    data: bytes
    width: int = 0
    height: int = 0
    pages: int = 0

    @property
    def media(self) -> str:
        return MEDIA[self.kind]


def check_size(size: int, name: str, limits: FileLimits = DEFAULT_LIMITS) -> None:
    """Raises ``Rejected`` (F104)."""
    if size > limits.file_bytes:
        most = limits.file_bytes // MEGABYTE
        raise refusal("F104", name, Text(f"文件超过 {most} MB 的上限", f"the file is larger than {most} MB"))


def check_file(data: bytes, name: str, limits: FileLimits = DEFAULT_LIMITS) -> Checked:
    """What ``data`` is and what of it is kept; raises ``Rejected``. In a server use ``confined.check_confined``."""
    check_size(len(data), name, limits)
    kind = kind_of(data, name)
    if kind in IMAGES:
        from juxian.core.files.images import remade  # heavy, and only for pictures

        made, into, (width, height) = remade(data, kind, name, limits)
        return Checked(into, made, width, height)
    if kind is Kind.PDF:
        from juxian.core.files.pdf import check_pdf  # heavy, and only for PDF

        return Checked(kind, data, pages=check_pdf(data, name, limits))
    if kind in OFFICE:
        from juxian.core.files.office import check_office

        check_office(data, name, limits)
    return Checked(kind, data)
