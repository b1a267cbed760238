// name:    orders.list_orders
// purpose: One page of orders, the newest first; people give them, so they are few.
// param:   open_only boolean
// param:   origin string - empty: of any
// param:   after string - id of the last order of the page before; null: the first page
// param:   limit integer
// returns: id string - in order
// access:  read
OPTIONAL MATCH (last:Replay {id: $after})
WITH last.id AS last_id, coalesce(last.created_at, datetime('9999-12-31T00:00:00Z')) AS last_time
MATCH (x:Replay)
WHERE x.origin IS NOT NULL AND ($origin = '' OR x.origin = $origin) AND (NOT $open_only OR x.open IS NOT NULL)
  AND (last_id IS NULL OR x.created_at < last_time OR (x.created_at = last_time AND x.id > last_id))
RETURN x.id AS id ORDER BY x.created_at DESC, id LIMIT $limit
