// name:    observed.read_feeds
// purpose: Columns that the SQL of jobs makes from columns. What was taken back before is said again.
// param:   edges list of map {id, from, to, job, kind, transformation, first} - from and to are ids of fields that are there
// param:   source string
// param:   now datetime
// param:   forever datetime
// returns: id string - one row each
// access:  write
UNWIND $edges AS x
MATCH (a:Field {id: x.from})
MATCH (b:Field {id: x.to})
MERGE (a)-[e:FEEDS {id: x.id}]->(b)
ON CREATE SET e.source = $source, e.provenance = 'parsed', e.job = x.job, e.kind = x.kind, e.stale = false,
  e.valid_to = $forever, e.recorded_at = $now
SET e.transformation = x.transformation, e.valid_from = x.first, e.retracted_at = $forever
RETURN e.id AS id
