// name:    runs.get_runs
// purpose: Some runs with their attempts and the versions they read and wrote.
// param:   ids list of string - run ids
// returns: id, kind, job, key, state, created_at, started_at, ended_at, not_before, nominal datetime or null, missing list, fence, reason, metrics, archived, namespace, name, order or null - that it belongs to, parameters or null - JSON, chosen list or null - versions, attempts list, inputs list, outputs list - one row per run that exists
// access:  read
UNWIND $ids AS run_id
MATCH (r:Run {id: run_id})
OPTIONAL MATCH (j:Job {id: r.job})
OPTIONAL MATCH (d:Dataset {id: r.job})
RETURN r.id AS id, r.kind AS kind, r.job AS job, r.key AS key, r.state AS state, r.created_at AS created_at,
       r.started_at AS started_at, r.ended_at AS ended_at, r.not_before AS not_before, r.nominal AS nominal, r.fence AS fence, r.reason AS reason, r.metrics AS metrics,
       r.archived AS archived, r.order AS order, r.parameters AS parameters, r.chosen AS chosen,
       coalesce(j.namespace, d.namespace) AS namespace, coalesce(j.name, d.name) AS name,
       COLLECT {
         MATCH (r)-[:HAS_ATTEMPT]->(a:Attempt)
         RETURN {number: a.number, worker: a.worker, started_at: a.started_at, ended_at: a.ended_at, outcome: a.outcome, exit_code: a.exit_code, reason: a.reason}
       } AS attempts,
       COLLECT { MATCH (v:DatasetVersion)-[:READ_BY]->(r) RETURN v.id } AS inputs,
       COLLECT {
         UNWIND coalesce(r.missing, []) AS gone
         MATCH (p:Partition {id: gone})
         MATCH (i:Dataset {id: p.dataset})
         RETURN i.namespace + '/' + i.name + '@' + CASE p.key WHEN '' THEN 'whole' ELSE p.key END
       } AS missing,
       COLLECT { MATCH (r)-[:WROTE]->(v:DatasetVersion) RETURN v.id } AS outputs
