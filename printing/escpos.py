"""Receipts in the language of till printers (ESC/POS): a picture of the receipt, a cut, and the drawer where wanted.

Needs the extra `escpos`. The picture carries QR code and bar code as well, so that nothing depends on a printer's code
pages and fonts.
"""

from __future__ import annotations

from printing.documents.raster import picture_of
from printing.documents.sheet import Sheet
from printing.extras import extra

BAND = 512  # rows sent at one time
DRAWER_PIN = 2
PROFILE = "TM-T20II"  # for 80 mm paper, 576 dots across: what is sent is understood by all of that width


def receipt(sheet: Sheet, *, drawer: bool = False) -> bytes:
    """What the printer is sent for one receipt; raises `ExtraMissing`."""
    printer = extra("escpos.printer", "escpos").Dummy(profile=PROFILE)
    printer.hw("INIT")
    printer.image(picture_of(sheet), impl="bitImageRaster", fragment_height=BAND, center=False)
    printer.cut()
    if drawer:
        printer.cashdraw(DRAWER_PIN)
    return bytes(printer.output)
