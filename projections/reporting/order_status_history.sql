-- What analysts read of the view `order_status_history`.
CREATE OR REPLACE VIEW reporting.order_status_history AS
SELECT order_id, version, at, recorded_at, from_status, from_stage, to_status, to_stage, forced,
    lead(at) OVER (PARTITION BY order_id ORDER BY version) AS ended_at
FROM {schema}.order_status_history;
COMMENT ON VIEW reporting.order_status_history IS 'Every status that an order has had: one row a move.';
COMMENT ON COLUMN reporting.order_status_history.order_id IS 'The order.';
COMMENT ON COLUMN reporting.order_status_history.version IS 'The version of the order that the move made; moves are in its order.';
COMMENT ON COLUMN reporting.order_status_history.at IS 'When it happened, as it was told.';
COMMENT ON COLUMN reporting.order_status_history.recorded_at IS 'When it was recorded here.';
COMMENT ON COLUMN reporting.order_status_history.from_status IS 'The status before; null for the first.';
COMMENT ON COLUMN reporting.order_status_history.from_stage IS 'The stage before; null for the first.';
COMMENT ON COLUMN reporting.order_status_history.to_status IS 'The status from then on.';
COMMENT ON COLUMN reporting.order_status_history.to_stage IS 'The stage from then on.';
COMMENT ON COLUMN reporting.order_status_history.forced IS 'Whether the move was outside the table of legal moves.';
COMMENT ON COLUMN reporting.order_status_history.ended_at IS 'When the next move happened; null for the status it has now.';
