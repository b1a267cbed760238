// name:    orders.list_orders
// purpose: Orders, the newest first; people give them, so they are few.
// param:   open_only boolean
// param:   origin string - empty: of any
// param:   limit integer
// returns: id string - in order
// access:  read
MATCH (x:Replay)
WHERE x.origin IS NOT NULL AND ($origin = '' OR x.origin = $origin) AND (NOT $open_only OR x.open IS NOT NULL)
RETURN x.id AS id ORDER BY x.created_at DESC, id LIMIT $limit
