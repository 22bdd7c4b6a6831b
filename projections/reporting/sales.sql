-- What analysts read of the view `sales`.
CREATE OR REPLACE VIEW reporting.order_products AS
SELECT order_id, sku, placed_at, currency, stage, source, units, returned, reporting.amount(net, currency) AS net,
    reporting.amount(tax, currency) AS tax, reporting.amount(total, currency) AS total,
    reporting.amount(refunded, currency) AS refunded
FROM {schema}.sales_lines;
COMMENT ON VIEW reporting.order_products IS 'What each product brings on each placed order: one row an order and SKU, cancelled orders included.';
COMMENT ON COLUMN reporting.order_products.order_id IS 'The order.';
COMMENT ON COLUMN reporting.order_products.sku IS 'The SKU; empty for what has none.';
COMMENT ON COLUMN reporting.order_products.placed_at IS 'When the order was placed.';
COMMENT ON COLUMN reporting.order_products.currency IS 'The currency of the amounts (ISO 4217).';
COMMENT ON COLUMN reporting.order_products.stage IS 'The stage of the order''s status.';
COMMENT ON COLUMN reporting.order_products.source IS 'Where the order came from.';
COMMENT ON COLUMN reporting.order_products.units IS 'Units ordered; a measured line counts as one.';
COMMENT ON COLUMN reporting.order_products.returned IS 'Units that came back.';
COMMENT ON COLUMN reporting.order_products.net IS 'Without tax, discounts taken off.';
COMMENT ON COLUMN reporting.order_products.tax IS 'Tax.';
COMMENT ON COLUMN reporting.order_products.total IS 'With tax.';
COMMENT ON COLUMN reporting.order_products.refunded IS 'Given back for its units.';

CREATE OR REPLACE VIEW reporting.sales_by_day AS
SELECT day, currency, stage, status, source, return_status, orders, units, returned,
    reporting.amount(net, currency) AS net, reporting.amount(tax, currency) AS tax,
    reporting.amount(total, currency) AS total, reporting.amount(refunded, currency) AS refunded
FROM {schema}.sales_days;
COMMENT ON VIEW reporting.sales_by_day IS 'Placed orders by the day at the shop on which they were placed, with their figures as they are now.';
COMMENT ON COLUMN reporting.sales_by_day.day IS 'The day in the shop''s time zone.';
COMMENT ON COLUMN reporting.sales_by_day.currency IS 'The currency of the amounts (ISO 4217).';
COMMENT ON COLUMN reporting.sales_by_day.stage IS 'The stage of the orders'' status; leave out cancelled for what was sold.';
COMMENT ON COLUMN reporting.sales_by_day.status IS 'The merchant''s status.';
COMMENT ON COLUMN reporting.sales_by_day.source IS 'Where the orders came from.';
COMMENT ON COLUMN reporting.sales_by_day.return_status IS 'none, requested, received, settled.';
COMMENT ON COLUMN reporting.sales_by_day.orders IS 'How many orders.';
COMMENT ON COLUMN reporting.sales_by_day.units IS 'Units ordered; a measured line counts as one.';
COMMENT ON COLUMN reporting.sales_by_day.returned IS 'Units that came back.';
COMMENT ON COLUMN reporting.sales_by_day.net IS 'Without tax and without what totals were adjusted by.';
COMMENT ON COLUMN reporting.sales_by_day.tax IS 'Tax.';
COMMENT ON COLUMN reporting.sales_by_day.total IS 'What the orders come to, shipping and tax included.';
COMMENT ON COLUMN reporting.sales_by_day.refunded IS 'What was given back.';
