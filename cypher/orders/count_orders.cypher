// name:    orders.count_orders
// purpose: How many orders there are.
// param:   open_only boolean
// param:   origin string - empty: of any
// returns: count integer - one row
// access:  read
MATCH (x:Replay)
WHERE x.origin IS NOT NULL AND ($origin = '' OR x.origin = $origin) AND (NOT $open_only OR x.open IS NOT NULL)
RETURN count(x) AS count
