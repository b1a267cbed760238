// name:    emitting.flows
// purpose: Which columns some jobs made from which at some moments, as far as it is known.
// param:   asked list of map {key, job, at} - job: id; key: what tells the rows of one from those of another
// returns: key, source - id of a dataset; column; target - id of a dataset; made - its column, or null for all of it; kind: DIRECT or INDIRECT; transformation - one row each, none where nothing is known
// access:  read
UNWIND $asked AS x
MATCH (j:Job {id: x.job})
MATCH (j)-[:PRODUCES]->(d:Dataset)
WITH DISTINCT x, d
CALL (x, d) {
  MATCH (b:Field {dataset: d.id})<-[e:FEEDS]-(a:Field)
  WHERE e.job = x.job AND NOT coalesce(e.stale, false) AND e.valid_from <= x.at AND x.at < e.valid_to
    AND e.retracted_at > datetime.realtime()
  RETURN a, b.path AS made, e.kind AS kind, e.transformation AS transformation
  UNION ALL
  MATCH (d)<-[e:SHAPES]-(a:Field)
  WHERE e.job = x.job AND NOT coalesce(e.stale, false) AND e.valid_from <= x.at AND x.at < e.valid_to
    AND e.retracted_at > datetime.realtime()
  RETURN a, null AS made, 'INDIRECT' AS kind, null AS transformation
}
RETURN DISTINCT x.key AS key, a.dataset AS source, a.path AS column, d.id AS target, made, coalesce(kind, 'DIRECT') AS kind,
  coalesce(transformation, '') AS transformation
