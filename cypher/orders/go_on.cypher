// name:    orders.go_on
// purpose: The steps of an order that had their turn already are looked at again. Only after its lock.
// param:   lines list of string
// returns: id string - one row each
// access:  write
UNWIND $lines AS line
MATCH (s:ReplayStep {line: line})
WHERE s.open = 2
SET s.open = 1
RETURN s.id AS id
