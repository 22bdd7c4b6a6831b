"""Logos as they are told: looked at once, so that every document can be printed with them."""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image

from domain.papers import LOGO_BYTES, LOGO_PIXELS
from domain.shop import Logo

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg"}
WIDEST = 900  # pixels that are kept; 60 mm of paper at 380 to the inch


def read_logo(image: bytes) -> Logo | None:
    """The logo as it is kept, on white and no larger than paper shows; None where it is no PNG or JPEG in bounds."""
    if len(image) > LOGO_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(BytesIO(image), formats=tuple(FORMATS)) as picture:
                if max(picture.size) > LOGO_PIXELS:
                    return None
                picture.load()
                return _kept(picture)
    except Exception:
        return None


def _kept(picture: Image.Image) -> Logo | None:
    """Drawn anew without anything a file may carry beside the picture, transparency laid on white."""
    shown = picture.convert("RGBA")
    shown.thumbnail((WIDEST, WIDEST))
    paper = Image.new("RGB", shown.size, "white")
    paper.paste(shown, mask=shown.getchannel("A"))
    for form, options in (("PNG", {"optimize": True}), ("JPEG", {"quality": 85})):
        written = BytesIO()
        paper.save(written, form, **options)
        if written.tell() <= LOGO_BYTES:
            return Logo(media_type=FORMATS[form], image=written.getvalue(), width=paper.width, height=paper.height)
    return None
