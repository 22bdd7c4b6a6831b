SELECT to_status AS status, count(*) AS orders, avg(ended_at - at) AS mean,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY ended_at - at) AS p95
FROM {{ source('carnet', 'order_status_history') }}
WHERE ended_at IS NOT NULL
GROUP BY to_status
