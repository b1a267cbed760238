// name:    store.mark_operation
// purpose: Written last in every unit of work, so that a commit whose reply was lost can be looked up.
// param:   id string - fresh for each attempt
// returns: id string - one row
// access:  write
CREATE (o:Operation {id: $id, at: datetime.realtime()})
RETURN o.id AS id
