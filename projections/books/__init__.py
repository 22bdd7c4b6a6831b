"""The shop's books as French law wants them: bookings read from the log, and the closings of days, months and years."""
