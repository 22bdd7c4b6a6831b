"""What may happen to an order book: values, commands, events, aggregates and prices. Pure; no database, clock or HTTP."""
