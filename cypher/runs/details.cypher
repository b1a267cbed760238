// name:    runs.details
// purpose: Everything a worker needs to execute runs that it won: definition, inputs, and the datasets it writes or checks.
// param:   runs list of string
// returns: id, kind, key, created_at datetime, definition, inputs list of map, outputs list of map - one row each; guarded: the schema of a dataset is promised to somebody
// access:  read
UNWIND $runs AS id
MATCH (r:Run {id: id})
OPTIONAL MATCH (j:Job {id: r.job})
RETURN r.id AS id, r.kind AS kind, r.key AS key, r.created_at AS created_at, j.definition AS definition,
  COLLECT {
    MATCH (v:DatasetVersion)-[:READ_BY]->(r)
    MATCH (d:Dataset {id: v.dataset})
    RETURN {namespace: d.namespace, name: d.name, partition: v.key, version: v.id, format: v.format, location: v.location,
      options: d.options, metrics: v.metrics, dataset: d.id, contract: d.contract, guarded: CASE
        WHEN r.kind <> 'validation' THEN false  // what a job only reads is not looked at
        ELSE d.compatibility IS NOT NULL OR EXISTS {
          MATCH (d)-[g:CONSUMED_BY]->(:Consumer) WHERE g.on_violation IS NOT NULL AND g.valid_to > datetime.realtime()
        } END}
  } AS inputs,
  COLLECT {
    MATCH (j)-[e:PRODUCES]->(d:Dataset) WHERE e.valid_to > datetime.realtime() AND e.source STARTS WITH 'estate:'
    RETURN {dataset: d.id, namespace: d.namespace, name: d.name, format: d.format, location: d.location,
      options: d.options, contract: d.contract, expose: d.expose, guarded: d.compatibility IS NOT NULL OR EXISTS {
        MATCH (d)-[g:CONSUMED_BY]->(:Consumer) WHERE g.on_violation IS NOT NULL AND g.valid_to > datetime.realtime()
      }}
  } AS outputs
