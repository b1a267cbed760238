// name:    listing.find_runs
// purpose: The runs that an id means: the client's own id of a run, or one of the graph's.
// param:   run string - as a client says it
// param:   id string - as the graph may know it; empty: only the client's
// returns: id string, at datetime - the newest first; several where a client used one id for several jobs
// access:  read
CALL () {
  MATCH (r:ObservedRun {run: $run})
  RETURN r.id AS id, r.first AS at
  UNION
  MATCH (r:ObservedRun {id: $id})
  RETURN r.id AS id, r.first AS at
  UNION
  MATCH (r:Run {id: $id})
  WHERE r.kind = 'job'
  RETURN r.id AS id, r.created_at AS at
}
RETURN id, at
ORDER BY at DESC, id
