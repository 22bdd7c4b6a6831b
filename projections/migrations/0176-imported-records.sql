-- run by: owner
-- depends: 0071-imported-products
-- The customers, stock and coupons that an import of theirs brought or changed, which its undoing looks for.
CREATE INDEX events_records_imported ON log.events (((state -> 'metadata' ->> 'import_id')::uuid), originator_id)
    WHERE topic IN (
        'customer.created', 'customer.updated', 'customer.tagged', 'stock.received', 'stock.adjusted',
        'coupon.created', 'coupon.changed', 'coupon.enabled', 'coupon.disabled'
    );
