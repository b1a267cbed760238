// name:    retirement.facts
// purpose: How often some datasets get versions, and where they can be read by whoever knows nothing of versions.
// param:   datasets list of string - ids
// returns: dataset, namespace, name, every or null, exposed boolean, location or null, retired_at or null, published list of datetime - when their newest versions were published, newest first - one row each
// access:  read
UNWIND $datasets AS id
MATCH (d:Dataset {id: id})
CALL (d) {
  OPTIONAL MATCH (v:DatasetVersion {dataset: d.id})
  WHERE v.published_at IS NOT NULL
  WITH v ORDER BY v.published_at DESC LIMIT 24
  RETURN collect(v.published_at) AS published
}
RETURN d.id AS dataset, d.namespace AS namespace, d.name AS name, d.partition_every AS every, d.expose IS NOT NULL AS exposed,
  d.location AS location, d.retired_at AS retired_at, published
