"""One canonical example of every command and of every event; whatever needs one of each takes it from here."""
