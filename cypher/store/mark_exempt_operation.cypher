// name:    store.mark_exempt_operation
// purpose: The same for what goes on while writes are paused: leases, the pause itself, and a restore.
// param:   id string - fresh for each attempt
// returns: id string - one row
// access:  write
CREATE (o:Operation {id: $id, at: datetime.realtime(), exempt: true})
RETURN o.id AS id
