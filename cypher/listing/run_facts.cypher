// name:    listing.run_facts
// purpose: What is known of some runs, ours and observed ones.
// param:   ids list of string - of runs
// returns: runs list - one row, with a list for each run that exists: [id, its client's id or null, state or null, facets (JSON or null), created, started, ended, id, namespace and name of its job, facets of its job (JSON or null), definition_hash or null]; moments in microseconds
// access:  read
CALL () {
  UNWIND $ids AS id
  MATCH (r:ObservedRun {id: id})
  RETURN r, r.run AS run, r.facets AS facets, r.first AS created
  UNION ALL
  UNWIND $ids AS id
  MATCH (r:Run {id: id})
  RETURN r, null AS run, null AS facets, r.created_at AS created
}
OPTIONAL MATCH (j:Job {id: r.job})
RETURN collect([r.id, run, r.state, facets, datetime(created).epochSeconds * 1000000 + datetime(created).microsecond,
  datetime(r.started_at).epochSeconds * 1000000 + datetime(r.started_at).microsecond, datetime(r.ended_at).epochSeconds * 1000000 + datetime(r.ended_at).microsecond,
  r.job, j.namespace, j.name, j.facets, r.definition_hash]) AS runs
