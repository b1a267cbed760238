// name:    orders.by_id
// purpose: An order that may be there already.
// param:   order string
// returns: id string, state string, asked string, plan string - no row: it is not
// access:  read
MATCH (x:Replay {id: $order})
RETURN x.id AS id, x.state AS state, x.asked AS asked, x.plan AS plan
