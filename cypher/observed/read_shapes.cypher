// name:    observed.read_shapes
// purpose: Columns that decide the rows of datasets in the SQL of jobs. What was taken back before is said again.
// param:   edges list of map {id, from, to, job, first} - from and to are ids of a field and a dataset that are there
// param:   source string
// param:   now datetime
// param:   forever datetime
// returns: id string - one row each
// access:  write
UNWIND $edges AS x
MATCH (a:Field {id: x.from})
MATCH (b:Dataset {id: x.to})
MERGE (a)-[e:SHAPES {id: x.id}]->(b)
ON CREATE SET e.source = $source, e.provenance = 'parsed', e.job = x.job, e.stale = false, e.valid_to = $forever,
  e.recorded_at = $now
SET e.valid_from = x.first, e.retracted_at = $forever
RETURN e.id AS id
