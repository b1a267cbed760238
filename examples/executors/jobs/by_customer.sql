SELECT customer, sum(amount) AS total, count(*) AS orders
FROM clean
GROUP BY customer
ORDER BY customer
