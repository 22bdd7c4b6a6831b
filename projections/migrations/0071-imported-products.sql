-- run by: owner
-- depends: 0060-saved-views
-- The products that an import brought or changed, which its undoing looks for.
CREATE INDEX events_products_imported ON log.events (((state -> 'metadata' ->> 'import_id')::uuid), originator_id)
    WHERE topic IN ('product.added', 'product.changed', 'product.retired', 'product.restored');
