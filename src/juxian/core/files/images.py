"""Pictures (图片): measured before they are decoded, then made anew from their pixels alone.

Nothing but pixels passes: positions of cameras, comments, previews and whatever was hung on behind are gone.
"""

from __future__ import annotations

import io
import struct

from PIL import Image, ImageOps

from juxian.core.files.kinds import Kind
from juxian.core.files.limits import MEGAPIXEL, FileLimits, damaged, refusal
from juxian.core.text import Text

_FORMATS = {Kind.JPEG: ("JPEG", "MPO"), Kind.PNG: ("PNG",), Kind.WEBP: ("WEBP",), Kind.BMP: ("BMP",)}
_PLAIN_MODES = ("L", "RGB", "RGBA")
_QUALITY = 90
_FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    EOFError,
    struct.error,
    OverflowError,
)


def remade(data: bytes, kind: Kind, name: str, limits: FileLimits) -> tuple[bytes, Kind, tuple[int, int]]:
    """(bytes, kind, (width, height)) of a new picture with the same pixels: JPEG stays JPEG, others become PNG.

    Raises ``Rejected`` when it is damaged, has too many pixels or moves.
    """
    Image.MAX_IMAGE_PIXELS = None  # measured below, before anything is decoded
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS[kind]) as image:
            _measure(image, kind, name, limits)
            image.load()
            plain = _only_pixels(ImageOps.exif_transpose(image))
    except _FAULTS as error:
        raise damaged(name) from error
    made, into = io.BytesIO(), Kind.JPEG if kind is Kind.JPEG else Kind.PNG
    if into is Kind.JPEG:
        plain.save(made, "JPEG", quality=_QUALITY)
    else:
        plain.save(made, "PNG", compress_level=4)
    return made.getvalue(), into, plain.size


def _measure(image: Image.Image, kind: Kind, name: str, limits: FileLimits) -> None:
    width, height = image.size
    if width * height > limits.pixels:
        most = limits.pixels // MEGAPIXEL
        message = Text(f"图片超过 {most} 百万像素", f"the picture has more than {most} megapixels")
        raise refusal("F108", name, message, Text("请缩小后再上传", "make it smaller and hand it in again"))
    if kind is not Kind.JPEG and getattr(image, "n_frames", 1) > 1:  # a JPEG's further frames are dropped
        raise refusal("F108", name, Text("不接受会动的图片", "moving pictures are not accepted"))


def _only_pixels(image: Image.Image) -> Image.Image:
    """A new picture without anything that is not a pixel."""
    if image.mode not in _PLAIN_MODES:
        transparent = "transparency" in image.info or image.mode in ("LA", "PA", "La", "RGBa")
        image = image.convert("RGBA" if transparent else "RGB")
    plain = Image.new(image.mode, image.size)
    plain.paste(image)
    return plain
