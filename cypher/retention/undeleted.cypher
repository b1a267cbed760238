// name:    retention.undeleted
// purpose: Retired versions whose data may still be there: a sweep was ended before it was done.
// param:   dataset string - only of the dataset with this id; null: of all
// returns: id, partition, dataset, namespace, name, key, format, location, options, size_bytes, reason, report_key, run or null - in order of id
// access:  read
MATCH (v:DatasetVersion)
WHERE v.undeleted = 1 AND ($dataset IS NULL OR v.dataset = $dataset)
MATCH (d:Dataset {id: v.dataset})
RETURN v.id AS id, v.partition AS partition, v.dataset AS dataset, d.namespace AS namespace, d.name AS name, v.key AS key,
  v.format AS format, v.location AS location, d.options AS options, v.size_bytes AS size_bytes, v.reason AS reason,
  v.report_key AS report_key, head(COLLECT { MATCH (w:Run)-[:WROTE]->(v) RETURN w.id }) AS run
ORDER BY id
