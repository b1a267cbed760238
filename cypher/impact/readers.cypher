// name:    impact.readers
// purpose: Who owns jobs and consumers, by when they must have their data, and what is not known of the columns they use.
// param:   ids list of string - jobs, consumers
// param:   at datetime - the moment
// returns: readers list of map {id, owners, deadline_by, deadline_timezone, unresolved} - one row, with one of each that exists
// access:  read
// ArcadeDB looks an id up by index for one label only, so each label is asked by itself.
UNWIND $ids AS id
OPTIONAL MATCH (j:Job {id: id})
OPTIONAL MATCH (c:Consumer {id: id})
WITH coalesce(j, c) AS r
WHERE r IS NOT NULL
OPTIONAL MATCH (r)-[o:OWNED_BY]->(w:Owner)
WHERE coalesce(o.valid_from <= $at AND $at < o.valid_to AND o.retracted_at > datetime.realtime(), true)
WITH r, collect(DISTINCT w.name) AS owners
// One record for all: a record for each would cost the driver more than its content.
RETURN collect({id: r.id, owners: owners, deadline_by: r.deadline_by, deadline_timezone: r.deadline_timezone,
  unresolved: coalesce(r.unresolved, []) + CASE WHEN r.gap IS NULL THEN [] ELSE [r.gap] END}) AS readers
