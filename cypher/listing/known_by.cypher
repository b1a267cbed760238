// name:    listing.known_by
// purpose: How many datasets, and how many jobs that read or make something, were known at some moments.
// param:   moments list of datetime
// returns: moment integer, datasets integer, jobs integer, namespaces integer - one row each, in order: place in the list, counts, and the namespaces of these datasets
// access:  read
CALL () {
  MATCH (d:Dataset)<-[e:NAMES]-(:DatasetName)
  WHERE d.retired_at IS NULL
  WITH d, min(e.recorded_at) AS since
  RETURN collect([since, d.namespace]) AS datasets
}
CALL () {
  MATCH (j:Job)-[e:CONSUMED_BY|PRODUCES]-(:Dataset)
  WHERE j.retired_at IS NULL
  WITH j, min(e.recorded_at) AS since
  RETURN collect(since) AS jobs
}
UNWIND range(0, size($moments) - 1) AS moment
WITH moment, [x IN datasets WHERE x[0] <= $moments[moment]] AS there, [x IN jobs WHERE x <= $moments[moment]] AS doing
RETURN moment, size(there) AS datasets, size(doing) AS jobs,
  size(reduce(found = [], x IN there | CASE WHEN x[1] IN found THEN found ELSE found + x[1] END)) AS namespaces
ORDER BY moment
