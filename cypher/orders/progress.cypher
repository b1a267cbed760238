// name:    orders.progress
// purpose: How many steps of some orders are in which state.
// param:   orders list of string
// returns: order string, state string, in_line boolean - has had no turn yet, count integer - one row per state
// access:  read
UNWIND $orders AS id
MATCH (s:ReplayStep {replay: id})
RETURN id AS order, s.state AS state, coalesce(s.open = 2, false) AS in_line, count(*) AS count
