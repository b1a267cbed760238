// name:    store.mark_exempt_operation
// purpose: The same for what goes on while writes are paused: heartbeats, and whoever pauses. It touches nothing that a backup holds.
// param:   id string - fresh for each attempt
// returns: id string - one row
// access:  write
CREATE (o:Operation {id: $id, at: datetime.realtime(), exempt: true})
RETURN o.id AS id
