"""Any CSV file, read by a mapping that says which column holds what."""
