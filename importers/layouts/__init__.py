"""Platforms whose files are tables of plain columns: a layout names the columns, what is shared reads them."""
