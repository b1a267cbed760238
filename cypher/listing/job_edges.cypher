// name:    listing.job_edges
// purpose: What some jobs read and make now, without what is stale.
// param:   ids list of string - of jobs
// returns: jobs list - one row, with a list for each job that reads or makes something: [id, inputs, outputs]; an input or output is [id, namespace, name] of a dataset
// access:  read
UNWIND $ids AS id
MATCH (j:Job {id: id})-[e:CONSUMED_BY|PRODUCES]-(d:Dataset)
WHERE e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime() AND NOT coalesce(e.stale, false)
OPTIONAL MATCH (entity:Dataset {id: d.entity})
WITH id, e, coalesce(entity, d) AS d
WITH DISTINCT id, type(e) = 'CONSUMED_BY' AS reads, d.id AS dataset, d.namespace AS namespace, d.name AS name
ORDER BY namespace, name
WITH id, collect(CASE WHEN reads THEN [dataset, namespace, name] END) AS inputs,
  collect(CASE WHEN NOT reads THEN [dataset, namespace, name] END) AS outputs
RETURN collect([id, inputs, outputs]) AS jobs
