// name:    listing.versions_of_dataset
// purpose: Versions of a dataset from any place on, the newest first: what was published, and what complete runs of others wrote.
// param:   dataset string - its id
// param:   offset integer - how many to pass over
// param:   limit integer - how many
// returns: ids list, total integer - one row: ids of versions, and of observed runs, each of which wrote one; and how many there are in all
// access:  read
CALL () {
  MATCH (v:DatasetVersion {dataset: $dataset})
  WHERE v.published_at IS NOT NULL
  RETURN v.id AS id, v.published_at AS at
  UNION
  CALL () {
    MATCH (d:Dataset {id: $dataset})
    RETURN d
    UNION
    MATCH (d:Dataset {entity: $dataset})
    RETURN d
  }
  MATCH (n:DatasetName)-[:NAMES]->(d)<-[:PRODUCES]-(j:Job)
  MATCH (r:ObservedRun {job: j.id})
  WHERE r.complete_at IS NOT NULL AND n.id IN r.outputs
  RETURN r.id AS id, r.complete_at AS at
}
WITH id, at ORDER BY at DESC, id
WITH collect(id) AS ids
RETURN ids[$offset .. $offset + $limit] AS ids, size(ids) AS total
