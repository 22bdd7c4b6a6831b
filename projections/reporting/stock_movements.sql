-- What analysts read of the view `stock_movements`.
CREATE OR REPLACE VIEW reporting.stock_movements AS
SELECT sku, version, at, topic, on_hand, on_hand_change, reserved, reserved_change, cause, order_id
FROM {schema}.stock_movements;
COMMENT ON VIEW reporting.stock_movements IS 'Every movement of stock and the figures after it.';
COMMENT ON COLUMN reporting.stock_movements.sku IS 'The SKU.';
COMMENT ON COLUMN reporting.stock_movements.version IS 'The number of the movement among those of its SKU.';
COMMENT ON COLUMN reporting.stock_movements.at IS 'When it happened.';
COMMENT ON COLUMN reporting.stock_movements.topic IS 'The event''s topic, such as stock.received.';
COMMENT ON COLUMN reporting.stock_movements.on_hand IS 'Units on the shelf after it.';
COMMENT ON COLUMN reporting.stock_movements.on_hand_change IS 'By how many it changed them.';
COMMENT ON COLUMN reporting.stock_movements.reserved IS 'Units promised after it.';
COMMENT ON COLUMN reporting.stock_movements.reserved_change IS 'By how many it changed them.';
COMMENT ON COLUMN reporting.stock_movements.cause IS 'What led to it: status, receipt, adjustment and so on.';
COMMENT ON COLUMN reporting.stock_movements.order_id IS 'The order it was for; null for none.';
