"""A row in, PDF bytes out: receipts, packing slips, invoices. No database, no clock."""
