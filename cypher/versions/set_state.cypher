// name:    versions.set_state
// purpose: A version's next state, with the reason a person reads.
// param:   changes list of map {version, state, reason}
// returns: version string - one row each
// access:  write
UNWIND $changes AS x
MATCH (v:DatasetVersion {id: x.version})
SET v.state = x.state, v.reason = x.reason
RETURN v.id AS version
