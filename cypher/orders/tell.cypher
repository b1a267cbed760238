// name:    orders.tell
// purpose: What the runs of an order are told besides: parameters, and that versions were chosen for them. In the transaction that made them.
// param:   run string
// param:   parameters string - JSON; empty: none
// param:   chosen list of string - version ids
// returns: id string - one row
// access:  write
MATCH (r:Run {id: $run})
SET r.parameters = CASE WHEN $parameters = '' THEN null ELSE $parameters END,
  r.chosen = CASE WHEN size($chosen) = 0 THEN null ELSE $chosen END
RETURN r.id AS id
