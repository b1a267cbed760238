// name:    imports.of_others
// purpose: Which of these things an open flow edge of another source leads to or from.
// param:   ids list of string - datasets, jobs, consumers
// param:   source string - whose edges do not count
// returns: id string - one row each
// access:  read
// ArcadeDB looks an id up by index for one label only, so each label is asked by itself.
UNWIND $ids AS id
OPTIONAL MATCH (d:Dataset {id: id})
OPTIONAL MATCH (j:Job {id: id})
OPTIONAL MATCH (c:Consumer {id: id})
WITH coalesce(d, j, c) AS n
WHERE n IS NOT NULL
MATCH (n)-[e:CONSUMED_BY|PRODUCES]-()
WHERE e.source <> $source AND e.valid_to > datetime.realtime()
RETURN DISTINCT n.id AS id
