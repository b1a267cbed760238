// name:    estate.close_edges
// purpose: What these edges say is no longer true from now on. They stay, for questions about the past.
// param:   edges list of map {id, source}
// param:   source string - whose declarations; another's are never closed
// param:   now datetime
// returns: id string - one row per edge closed
// access:  write
UNWIND $edges AS x
MATCH (a:Dataset|Job|Field {id: x.source})-[e:CONSUMED_BY|PRODUCES|FEEDS|SHAPES|USED_BY|HAS_SCHEMA {id: x.id}]->()
WHERE e.source = $source AND e.valid_to > $now
SET e.valid_to = $now
RETURN e.id AS id
