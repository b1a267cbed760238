// name:    estate.disown
// purpose: These people own these things no longer. Who owned what before stands in the audit trail.
// param:   edges list of map {id, source}
// param:   source string - whose declarations; another's are never touched
// returns: id string - one row per edge removed
// access:  write
UNWIND $edges AS x
OPTIONAL MATCH (d:Dataset {id: x.source})
OPTIONAL MATCH (j:Job {id: x.source})
OPTIONAL MATCH (c:Consumer {id: x.source})
WITH x, coalesce(d, j, c) AS n
MATCH (n)-[e:OWNED_BY]->(:Owner)
WHERE e.id = x.id AND e.source = $source
WITH e, e.id AS id
DELETE e
RETURN id
