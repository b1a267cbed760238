// name:    observed.fates
// purpose: How versions stand that runs of others wrote, or may have written.
// param:   versions list of string - ids
// returns: id string, state string, source_time datetime, withdrawn boolean, was_good boolean - one row each that exists; withdrawn: because of what others said of its run, not of what anybody found in it
// access:  read
UNWIND $versions AS id
MATCH (v:DatasetVersion {id: id})
RETURN v.id AS id, v.state AS state, v.source_time AS source_time, v.withdrawn IS NOT NULL AS withdrawn,
  v.quarantined_by IS NOT NULL AS was_good
