// name:    replays.widen
// purpose: An order that is open is for these columns from now on.
// param:   replay string
// param:   columns list of string - empty: all of the version
// returns: id string - one row
// access:  write
MATCH (x:Replay {id: $replay})
SET x.columns = $columns
RETURN x.id AS id
