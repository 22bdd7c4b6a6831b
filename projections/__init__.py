"""PostgreSQL: the event log, the views built from it and their queries."""
