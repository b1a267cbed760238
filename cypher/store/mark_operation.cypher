// name:    store.mark_operation
// purpose: Written last in every unit of work, so that a commit whose reply was lost can be looked up. Says whether writes are paused: then the gate rolls back.
// param:   id string - fresh for each attempt
// returns: id string, paused string or null - one row; paused: why
// access:  write
OPTIONAL MATCH (p:Pause {id: 'writes'})
WHERE p.until > datetime.realtime()
CREATE (o:Operation {id: $id, at: datetime.realtime()})
RETURN o.id AS id, p.reason AS paused
