// name:    imports.list_sources
// purpose: The sources that speak of anything now.
// param:   prefix string - how ids of their Scopes begin
// returns: id string, datasets integer, jobs integer, consumers integer - one row each, by id
// access:  read
MATCH (s:Scope)-[:SPEAKS_OF]->(n:Dataset|Job|Consumer)
WHERE s.id STARTS WITH $prefix
RETURN s.id AS id, sum(CASE WHEN n:Dataset THEN 1 ELSE 0 END) AS datasets, sum(CASE WHEN n:Job THEN 1 ELSE 0 END) AS jobs,
  sum(CASE WHEN n:Consumer THEN 1 ELSE 0 END) AS consumers
ORDER BY id
