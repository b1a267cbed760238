// name:    listing.namespaces
// purpose: The namespaces of datasets and jobs that are there now, with when something in them was known first and seen last.
// returns: namespace string, datasets boolean, since integer or null, last integer or null - one row each, in order, moments in microseconds
// access:  read
CALL () {
  MATCH (d:Dataset)<-[e:NAMES]-(:DatasetName)
  WHERE d.retired_at IS NULL
  RETURN d.namespace AS namespace, true AS datasets, min(e.recorded_at) AS since, max(e.recorded_at) AS last
  UNION ALL
  MATCH (j:Job)
  WHERE j.retired_at IS NULL
  OPTIONAL MATCH (j)-[e:CONSUMED_BY|PRODUCES]-(:Dataset)
  RETURN j.namespace AS namespace, false AS datasets, min(e.recorded_at) AS since, max(e.last_seen) AS last
}
WITH namespace, max(datasets) AS datasets, min(since) AS since, max(last) AS last
RETURN namespace, datasets, datetime(since).epochSeconds * 1000000 + datetime(since).microsecond AS since,
  datetime(last).epochSeconds * 1000000 + datetime(last).microsecond AS last
ORDER BY namespace
