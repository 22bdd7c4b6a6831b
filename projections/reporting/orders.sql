-- What analysts read of the view `orders`.
CREATE OR REPLACE VIEW reporting.orders AS
SELECT id AS order_id, number, created_at, placed_at, updated_at, currency, status, stage, payment_status,
    fulfilment_status, return_status, dispute_status, customer_id, source, payment_method, shipping_method, tags, archived,
    item_count AS lines, quantity AS units_kept, skus, reporting.amount(total, currency) AS total,
    reporting.amount(paid, currency) AS paid, reporting.amount(refunded, currency) AS refunded,
    reporting.amount(balance, currency) AS balance, imported_source AS imported_from, external_id
FROM {schema}.orders;
COMMENT ON VIEW reporting.orders IS 'Orders, drafts included, as they are now: one row an order.';
COMMENT ON COLUMN reporting.orders.order_id IS 'The order''s id, also the id of its stream of events.';
COMMENT ON COLUMN reporting.orders.number IS 'The number that people know the order by.';
COMMENT ON COLUMN reporting.orders.created_at IS 'When the order was begun.';
COMMENT ON COLUMN reporting.orders.placed_at IS 'When the customer committed to it; null for a draft.';
COMMENT ON COLUMN reporting.orders.updated_at IS 'When something last happened to it.';
COMMENT ON COLUMN reporting.orders.currency IS 'The currency of its amounts (ISO 4217).';
COMMENT ON COLUMN reporting.orders.status IS 'The merchant''s status.';
COMMENT ON COLUMN reporting.orders.stage IS 'The stage of the status: draft, pending, processing, on_hold, shipped, completed, cancelled.';
COMMENT ON COLUMN reporting.orders.payment_status IS 'unpaid, authorized, partially_paid, paid, partially_refunded, refunded, overpaid.';
COMMENT ON COLUMN reporting.orders.fulfilment_status IS 'unfulfilled, partially_shipped, shipped, delivered, returned.';
COMMENT ON COLUMN reporting.orders.return_status IS 'none, requested, received, settled.';
COMMENT ON COLUMN reporting.orders.dispute_status IS 'none, open, won, lost.';
COMMENT ON COLUMN reporting.orders.customer_id IS 'The customer''s card, in reporting.customers; null without one.';
COMMENT ON COLUMN reporting.orders.source IS 'Where the order came from, as it was told.';
COMMENT ON COLUMN reporting.orders.payment_method IS 'The code of the payment method.';
COMMENT ON COLUMN reporting.orders.shipping_method IS 'The code of the shipping method.';
COMMENT ON COLUMN reporting.orders.tags IS 'Its tags.';
COMMENT ON COLUMN reporting.orders.archived IS 'Whether it was put away.';
COMMENT ON COLUMN reporting.orders.lines IS 'How many lines it has.';
COMMENT ON COLUMN reporting.orders.units_kept IS 'Units of goods that the customer keeps; a measured line counts as one.';
COMMENT ON COLUMN reporting.orders.skus IS 'The SKUs on it, each once.';
COMMENT ON COLUMN reporting.orders.total IS 'What it comes to, tax included, refunds not taken off.';
COMMENT ON COLUMN reporting.orders.paid IS 'What was paid.';
COMMENT ON COLUMN reporting.orders.refunded IS 'What was given back.';
COMMENT ON COLUMN reporting.orders.balance IS 'What is still due; negative: to be given back.';
COMMENT ON COLUMN reporting.orders.imported_from IS 'The platform it was imported from; empty for none.';
COMMENT ON COLUMN reporting.orders.external_id IS 'Its id on that platform; empty for none.';

CREATE OR REPLACE VIEW reporting.orders_personal AS
SELECT id AS order_id, number, customer_id, customer_name, customer_email, operator
FROM {schema}.orders;
COMMENT ON VIEW reporting.orders_personal IS 'Who an order is of, and who works on it. Personal data.';
COMMENT ON COLUMN reporting.orders_personal.order_id IS 'The order''s id.';
COMMENT ON COLUMN reporting.orders_personal.number IS 'The order''s number.';
COMMENT ON COLUMN reporting.orders_personal.customer_id IS 'The customer''s card; null without one.';
COMMENT ON COLUMN reporting.orders_personal.customer_name IS 'The customer''s name; empty once they were forgotten.';
COMMENT ON COLUMN reporting.orders_personal.customer_email IS 'The customer''s e-mail address; empty once they were forgotten.';
COMMENT ON COLUMN reporting.orders_personal.operator IS 'The operator it is assigned to; empty for nobody.';
