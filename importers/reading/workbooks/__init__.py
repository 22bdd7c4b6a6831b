"""Workbooks and JSON lines, read one row at a time into texts as a CSV file would hold them."""
