// name:    contracts.current
// purpose: The contracts that datasets are declared to have now, whole.
// param:   datasets list of string - ids of datasets
// returns: id string, dataset string, version string, status string, name string, file string, since datetime, until datetime, text string - a row for each that has one
// access:  read
UNWIND $datasets AS dataset_id
MATCH (d:Dataset {id: dataset_id})-[h:HAS_CONTRACT]->(c:Contract)
WHERE h.valid_to > datetime.realtime() AND h.retracted_at > datetime.realtime()
RETURN c.id AS id, d.id AS dataset, c.version AS version, c.status AS status, c.name AS name, c.file AS file,
  h.valid_from AS since, h.valid_to AS until, c.text AS text
