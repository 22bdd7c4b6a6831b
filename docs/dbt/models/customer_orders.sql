SELECT customer_id || ' ' || currency AS customer_currency, customer_id, currency, count(*) AS orders,
    min(placed_at) AS first_placed_at, max(placed_at) AS last_placed_at, sum(total - refunded) AS kept
FROM {{ source('carnet', 'orders') }}
WHERE placed_at IS NOT NULL AND stage <> 'cancelled' AND customer_id IS NOT NULL
GROUP BY customer_id, currency
