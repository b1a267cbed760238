// name:    observed.to_publish
// purpose: All that decides what complete runs of others publish, and which partitions they read.
// param:   runs list of string - ids
// returns: id string, mark string, job string, namespace string, name string, types list, complete_at datetime, facets string, slices string, inputs_named integer, inputs list, outputs list, wrote list - one row each that is marked; inputs and outputs as {part, dataset, namespace, name, observed, location, options, partition_every, partition_from, partition_details, named}, only what is declared; part: the id of the name; named: the partition that the name itself says; wrote: versions as {id, dataset}
// access:  read
UNWIND $runs AS id
MATCH (r:ObservedRun {id: id})
WHERE r.publish IS NOT NULL
OPTIONAL MATCH (j:Job {id: r.job})
CALL (r) {
  UNWIND r.inputs AS part
  MATCH (:DatasetName {id: part})-[:NAMES]->(d:Dataset)
  MATCH (t:Dataset {id: coalesce(d.entity, d.id)})
  WHERE t.format IS NOT NULL AND t.retired_at IS NULL
  OPTIONAL MATCH (d)-[e:SAME_AS]-(t)
  WHERE e.partition IS NOT NULL AND e.held IS NULL AND e.retracted_at > datetime.realtime()
  WITH part, t, max(e.partition) AS named
  RETURN collect({part: part, dataset: t.id, namespace: t.namespace, name: t.name, observed: t.observed,
    location: t.location, options: t.options, partition_every: t.partition_every, partition_from: t.partition_from,
    partition_details: t.partition_details, named: named}) AS inputs
}
CALL (r) {
  UNWIND r.outputs AS part
  MATCH (:DatasetName {id: part})-[:NAMES]->(d:Dataset)
  MATCH (t:Dataset {id: coalesce(d.entity, d.id)})
  WHERE t.format IS NOT NULL AND t.observed IS NOT NULL AND t.retired_at IS NULL
  OPTIONAL MATCH (d)-[e:SAME_AS]-(t)
  WHERE e.partition IS NOT NULL AND e.held IS NULL AND e.retracted_at > datetime.realtime()
  WITH part, t, max(e.partition) AS named
  RETURN collect({part: part, dataset: t.id, namespace: t.namespace, name: t.name, observed: t.observed,
    location: t.location, options: t.options, partition_every: t.partition_every, partition_from: t.partition_from,
    partition_details: t.partition_details, named: named}) AS outputs
}
RETURN r.id AS id, toString(r.publish) AS mark, r.job AS job, j.namespace AS namespace, j.name AS name, r.types AS types,
  r.complete_at AS complete_at, r.facets AS facets, r.slices AS slices, size(r.inputs) AS inputs_named, inputs, outputs,
  COLLECT { MATCH (r)-[:WROTE]->(v:DatasetVersion) RETURN {id: v.id, dataset: v.dataset} } AS wrote
