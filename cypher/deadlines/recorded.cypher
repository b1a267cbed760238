// name:    deadlines.recorded
// purpose: How some deadlines stand, as far as something was recorded of them.
// param:   ids list of string - ids of deadlines
// returns: id string, state string - one row for each that was recorded
// access:  read
UNWIND $ids AS id
MATCH (d:Deadline {id: id})
RETURN d.id AS id, d.state AS state
