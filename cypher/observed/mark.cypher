// name:    observed.mark
// purpose: Leaves the mark on complete runs that what they read and wrote is to be looked at: in the transaction that records them, so that no crash loses it.
// param:   runs list of string - ids, locked already
// returns: id string - one row each
// access:  write
UNWIND $runs AS id
MATCH (r:ObservedRun {id: id})
SET r.publish = datetime.realtime()
RETURN r.id AS id
