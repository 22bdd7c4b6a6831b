"""Documents of orders as PDF: receipts, packing and return slips, invoices, credit notes."""

from printing.documents.pages import print_a4, print_many, print_till
from printing.documents.rows import LAYOUT, Sheet, sheet_of

__all__ = ["LAYOUT", "Sheet", "print_a4", "print_many", "print_till", "sheet_of"]
