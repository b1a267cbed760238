// name:    observed.settle_coverage
// purpose: Says of some jobs whether all that they do is known: not where a client could not read a run, until a later complete run comes without such a gap.
// param:   jobs list of string - ids
// returns: id string - one row each
// access:  write
UNWIND $jobs AS id
MATCH (j:Job {id: id})
CALL (j) {
  OPTIONAL MATCH (g:ObservedRun {job: j.id})
  WHERE g.gap_at IS NOT NULL
  RETURN g.gap_at AS gap_at, g.gap AS gap
  ORDER BY gap_at DESC, g.id DESC
  LIMIT 1
}
WITH j, gap_at, gap, gap_at IS NOT NULL AND NOT EXISTS {
  MATCH (r:ObservedRun {job: j.id})
  WHERE r.complete_at > gap_at AND r.gap_at IS NULL
} AS partial
SET j.coverage = CASE WHEN partial THEN 'PARTIAL' END, j.gap = CASE WHEN partial THEN gap END
RETURN j.id AS id
