// name:    listing.search
// purpose: Datasets and jobs that are there now and whose name fits a pattern.
// param:   pattern string - a regular expression for the whole name, in lower case
// param:   namespace string - this one only; empty: all
// param:   datasets boolean - look for datasets
// param:   jobs boolean - look for jobs
// returns: kind string, namespace string, name string, since integer or null, last integer or null - one row each, in no order: when it was known first and seen last, in microseconds
// access:  read
CALL () {
  MATCH (d:Dataset)
  WHERE $datasets AND d.retired_at IS NULL AND (d.entity IS NULL OR d.entity = d.id)
    AND ($namespace = '' OR d.namespace = $namespace) AND toLower(d.name) =~ $pattern
  OPTIONAL MATCH (d)<-[e:NAMES|PRODUCES]-()
  RETURN 'DATASET' AS kind, d.namespace AS namespace, d.name AS name, min(e.recorded_at) AS since, max(e.last_seen) AS last
  UNION ALL
  MATCH (j:Job)
  WHERE $jobs AND j.retired_at IS NULL AND ($namespace = '' OR j.namespace = $namespace) AND toLower(j.name) =~ $pattern
  OPTIONAL MATCH (j)-[e:CONSUMED_BY|PRODUCES]-(:Dataset)
  RETURN 'JOB' AS kind, j.namespace AS namespace, j.name AS name, min(e.valid_from) AS since, max(e.last_seen) AS last
}
RETURN kind, namespace, name, datetime(since).epochSeconds * 1000000 + datetime(since).microsecond AS since,
  datetime(last).epochSeconds * 1000000 + datetime(last).microsecond AS last
