"""What payment providers list, taken in as payments and refunds of orders that are there."""
