// name:    emitting.told
// purpose: Events that were taken leave the outbox: the runs themselves are the record.
// param:   events list of string - ids
// returns: gone integer - one row
// access:  write
UNWIND $events AS id
MATCH (n:Outbox {id: id})
WHERE n.open = 2
DELETE n
RETURN count(*) AS gone
