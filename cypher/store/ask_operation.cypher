// name:    store.ask_operation
// purpose: Did the unit of work with this operation id commit? Asking takes the id, so that a late commit of it must fail.
// param:   id string - the operation in doubt
// param:   token string - fresh for each question
// returns: committed boolean - one row
// access:  write
MERGE (o:Operation {id: $id})
ON CREATE SET o.asked_by = $token, o.at = datetime.realtime()
RETURN o.asked_by IS NULL AS committed
