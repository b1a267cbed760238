// name:    listing.runs_of_job
// purpose: Runs of a job from any place on, the newest first, ours and observed ones.
// param:   job string - its id
// param:   offset integer - how many to pass over
// param:   limit integer - how many
// returns: ids list, total integer - one row: ids of runs in order, and how many there are in all
// access:  read
CALL () {
  MATCH (r:ObservedRun {job: $job})
  RETURN r.id AS id, r.first AS at
  UNION ALL
  MATCH (r:Run {job: $job})
  RETURN r.id AS id, r.created_at AS at
}
WITH id, at ORDER BY at DESC, id
WITH collect(id) AS ids
RETURN ids[$offset .. $offset + $limit] AS ids, size(ids) AS total
