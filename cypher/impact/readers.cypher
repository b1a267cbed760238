// name:    impact.readers
// purpose: Who owns jobs and consumers, by when they must have their data, and what is not known of the columns they use.
// param:   ids list of string - jobs, consumers
// param:   at datetime - the moment
// returns: id string, owners list of string, deadline_by string, deadline_timezone string, unresolved list of string - one row each
// access:  read
// ArcadeDB looks an id up by index for one label only, so each label is asked by itself.
UNWIND $ids AS id
OPTIONAL MATCH (j:Job {id: id})
OPTIONAL MATCH (c:Consumer {id: id})
WITH coalesce(j, c) AS r
WHERE r IS NOT NULL
OPTIONAL MATCH (r)-[o:OWNED_BY]->(w:Owner)
WHERE coalesce(o.valid_from <= $at AND $at < o.valid_to AND o.retracted_at > datetime.realtime(), true)
RETURN r.id AS id, collect(DISTINCT w.name) AS owners, r.deadline_by AS deadline_by,
       r.deadline_timezone AS deadline_timezone, coalesce(r.unresolved, []) + CASE WHEN r.gap IS NULL THEN [] ELSE [r.gap] END AS unresolved
