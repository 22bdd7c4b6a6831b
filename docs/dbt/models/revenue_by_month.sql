SELECT date_trunc('month', day)::date AS month, currency, sum(orders) AS orders, sum(units) AS units, sum(net) AS net,
    sum(tax) AS tax, sum(total) AS total, sum(refunded) AS refunded
FROM {{ source('carnet', 'sales_by_day') }}
WHERE stage <> 'cancelled'
GROUP BY 1, 2
