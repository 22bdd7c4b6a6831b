-- Rows are what is wrong: a currency whose months do not come to its days.
SELECT currency, sum(total) AS difference
FROM (
    SELECT currency, total FROM {{ ref('revenue_by_month') }}
    UNION ALL
    SELECT currency, -total FROM {{ source('carnet', 'sales_by_day') }} WHERE stage <> 'cancelled'
) AS both_sides
GROUP BY currency
HAVING sum(total) <> 0
