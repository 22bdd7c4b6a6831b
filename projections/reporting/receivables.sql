-- What analysts read of the view `receivables`.
CREATE OR REPLACE VIEW reporting.receivables AS
SELECT order_id, placed_at, currency, reporting.amount(balance, currency) AS balance
FROM {schema}.receivable_orders;
COMMENT ON VIEW reporting.receivables IS 'Placed orders that are not settled: one row an order.';
COMMENT ON COLUMN reporting.receivables.order_id IS 'The order.';
COMMENT ON COLUMN reporting.receivables.placed_at IS 'When it was placed.';
COMMENT ON COLUMN reporting.receivables.currency IS 'The currency of the balance (ISO 4217).';
COMMENT ON COLUMN reporting.receivables.balance IS 'What is still due; negative: to be given back.';
