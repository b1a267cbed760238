// name:    contracts.history
// purpose: Which contracts a dataset was declared to have, and when; without what stands in them.
// param:   dataset string - id of the dataset
// param:   limit integer - so many of the newest
// returns: id string, dataset string, version string, status string, name string, file string, since datetime, until datetime - one row per declaration, newest first
// access:  read
MATCH (d:Dataset {id: $dataset})-[h:HAS_CONTRACT]->(c:Contract)
WHERE h.retracted_at > datetime.realtime()
RETURN c.id AS id, c.dataset AS dataset, c.version AS version, c.status AS status, c.name AS name, c.file AS file,
  h.valid_from AS since, h.valid_to AS until
ORDER BY since DESC, id LIMIT $limit
