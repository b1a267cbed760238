// name:    listing.find_nodes
// purpose: The datasets and jobs behind ids of names, retired or not.
// param:   names list of string - ids of names of datasets
// param:   jobs list of string - ids of jobs
// returns: asked string, kind string, id string, namespace string, name string - one row for each that exists; kind is DATASET or JOB
// access:  read
CALL () {
  UNWIND $names AS asked
  MATCH (:DatasetName {id: asked})-[:NAMES]->(named:Dataset)
  OPTIONAL MATCH (entity:Dataset {id: named.entity})
  WITH asked, coalesce(entity, named) AS n
  RETURN asked, 'DATASET' AS kind, n
  UNION ALL
  UNWIND $jobs AS asked
  MATCH (n:Job {id: asked})
  RETURN asked, 'JOB' AS kind, n
}
RETURN asked, kind, n.id AS id, n.namespace AS namespace, n.name AS name
