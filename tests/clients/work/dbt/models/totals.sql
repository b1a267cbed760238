{{ config(materialized='table') }}
select day, sum(amount) as total from {{ ref('paid_orders') }} group by day
