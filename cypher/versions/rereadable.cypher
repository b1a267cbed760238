// name:    versions.rereadable
// purpose: Good versions of a dataset with where their content lies (what lies nowhere cannot be read), those that were not read again for the longest time first.
// param:   dataset string
// param:   partition string - only versions of the partition with this key; null: any
// param:   version string - only this one; null: any
// param:   since datetime - only versions reported then or later; null: any
// param:   limit integer
// returns: id, namespace, name, key, state, format, location, options, metrics, content_hash, later list of string - later: states of versions that were reported to the same place after it
// access:  read
MATCH (v:DatasetVersion {dataset: $dataset})
WHERE v.state IN ['PUBLISHED', 'SUPERSEDED'] AND v.content_hash IS NOT NULL AND v.location <> ''
  AND ($partition IS NULL OR v.key = $partition) AND ($version IS NULL OR v.id = $version)
  AND ($since IS NULL OR v.reported_at >= $since)
WITH v, coalesce(v.reread_at, datetime('0001-01-01T00:00:00Z')) AS last_read
ORDER BY last_read, v.reported_at, v.id
LIMIT $limit
MATCH (d:Dataset {id: v.dataset})
RETURN v.id AS id, d.namespace AS namespace, d.name AS name, v.key AS key, v.state AS state, v.format AS format,
  v.location AS location, d.options AS options, v.metrics AS metrics, v.content_hash AS content_hash,
  COLLECT {
    MATCH (:Partition {id: v.partition})-[:HAS_VERSION]->(o:DatasetVersion)
    WHERE o.location = v.location AND (o.reported_at > v.reported_at OR (o.reported_at = v.reported_at AND o.id > v.id))
    RETURN o.state
  } AS later
ORDER BY last_read, v.reported_at, v.id
