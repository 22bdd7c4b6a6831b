"""Documents of orders as PDF: receipts, packing and return slips, invoices, credit notes."""

from printing.documents.labels import print_label
from printing.documents.pages import Bundle, print_a4, print_many, print_till
from printing.documents.rows import LAYOUT, sheet_of
from printing.documents.sheet import Sheet

__all__ = ["LAYOUT", "Bundle", "Sheet", "print_a4", "print_label", "print_many", "print_till", "sheet_of"]
