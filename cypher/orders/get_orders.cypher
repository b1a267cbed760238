// name:    orders.get_orders
// purpose: Some orders by their ids.
// param:   ids list of string
// returns: id, origin, selection, state, plan, terms string - JSON, total integer, by, reason, note, created_at, ended_at or null - one row each
// access:  read
UNWIND $ids AS id
MATCH (x:Replay {id: id})
WHERE x.origin IS NOT NULL
RETURN x.id AS id, x.origin AS origin, x.selection AS selection, x.state AS state, x.plan AS plan, x.terms AS terms,
  x.total AS total, x.by AS by, x.reason AS reason, x.note AS note, x.created_at AS created_at, x.ended_at AS ended_at
