"""Orders, by what they are about: creation, cart, details, moves, payments, shipments, notes."""
