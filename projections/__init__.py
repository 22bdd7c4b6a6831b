"""PostgreSQL and what stands on it: the event log, the desk that writes it, and the views that are read."""
