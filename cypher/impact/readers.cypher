// name:    impact.readers
// purpose: Who owns jobs and consumers, by when they must have their data, and what is not known of the columns they use.
// param:   jobs list of string - ids
// param:   consumers list of string - ids
// param:   at datetime - the moment
// returns: readers list of [id, owners, deadline_by, deadline_timezone, unresolved] - one row, with one of each that exists
// access:  read
CALL () {
  UNWIND $jobs AS id
  MATCH (r:Job {id: id})
  RETURN r
  UNION ALL
  UNWIND $consumers AS id
  MATCH (r:Consumer {id: id})
  RETURN r
}
OPTIONAL MATCH (r)-[o:OWNED_BY]->(w:Owner)
WHERE coalesce(o.valid_from <= $at AND $at < o.valid_to AND o.retracted_at > datetime.realtime(), true)
WITH r, collect(DISTINCT w.name) AS owners
// One record for all: a record for each would cost the driver more than its content.
RETURN collect([r.id, owners, r.deadline_by, r.deadline_timezone,
  coalesce(r.unresolved, []) + CASE WHEN r.gap IS NULL THEN [] ELSE [r.gap] END]) AS readers
