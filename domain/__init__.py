"""What may happen to an order book: values, commands, events, aggregates, prices. No database, clock or HTTP."""
