// name:    estate.close_edges
// purpose: What these edges say is no longer true from now on. They stay, for questions about the past.
// param:   edges list of map {id, source}
// param:   source string - whose declarations; another's are never closed
// param:   now datetime
// returns: id string - one row per edge closed
// access:  write
UNWIND $edges AS x
OPTIONAL MATCH (d:Dataset {id: x.source})
OPTIONAL MATCH (j:Job {id: x.source})
OPTIONAL MATCH (f:Field {id: x.source})
WITH x, coalesce(d, j, f) AS a
MATCH (a)-[e:CONSUMED_BY|PRODUCES|FOLLOWED_BY|FEEDS|SHAPES|USED_BY|HAS_SCHEMA|HAS_CONTRACT]->()
WHERE e.id = x.id AND e.source = $source AND e.valid_to > $now
SET e.valid_to = $now
RETURN e.id AS id
