-- What analysts read of the view `stock`.
CREATE OR REPLACE VIEW reporting.stock AS
SELECT sku, updated_at, policy, low_at, on_hand, reserved, available, is_low
FROM {schema}.stock;
COMMENT ON VIEW reporting.stock IS 'Stock as it is now: one row a tracked SKU.';
COMMENT ON COLUMN reporting.stock.sku IS 'The SKU.';
COMMENT ON COLUMN reporting.stock.updated_at IS 'When it last moved.';
COMMENT ON COLUMN reporting.stock.policy IS 'refuse or backorder: what happens when it is used up.';
COMMENT ON COLUMN reporting.stock.low_at IS 'At how many available units it is low; null for never.';
COMMENT ON COLUMN reporting.stock.on_hand IS 'Units on the shelf.';
COMMENT ON COLUMN reporting.stock.reserved IS 'Of them promised to orders.';
COMMENT ON COLUMN reporting.stock.available IS 'What is left to promise.';
COMMENT ON COLUMN reporting.stock.is_low IS 'Whether that is few.';
