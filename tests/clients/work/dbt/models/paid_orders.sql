select id, day, amount from {{ ref('raw_orders') }} where state = 'paid'
