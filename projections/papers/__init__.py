"""Documents: what they are printed from, and what the law wants kept of them."""
