// name:    replays.step
// purpose: One hop from versions to what runs made from them: runs of jobs that read them, and runs of others that read the partition while the version was its current one.
// param:   ids list of string - the frontier
// returns: source, source_entity, source_dataset, run, run_kind (job or observed), run_state, job, job_namespace, job_name, run_key, job_partition or null, since datetime, until datetime or null, columns_known boolean - what the job does with columns was known in full when the run was made, version or null, dataset, entity, namespace, name, key, partition, state, confirmed_by or null, published_at, replaced_at, is_current - one row per run and output; version null: it has written nothing
// access:  read
CALL () {
  UNWIND $ids AS id
  MATCH (v:DatasetVersion {id: id})-[:READ_BY]->(r:Run)
  WHERE r.kind = 'job' AND r.state <> 'SUPERSEDED'
  OPTIONAL MATCH (r)-[:WROTE]->(o:DatasetVersion)
  RETURN v, r, 'job' AS kind, r.created_at AS since, r.ended_at AS until, o
  UNION ALL
  UNWIND $ids AS id
  MATCH (v:DatasetVersion {id: id})<-[:HAS_VERSION]-(p:Partition)-[:READ_BY]->(r:ObservedRun)
  WHERE v.source_time <= coalesce(r.started_at, r.first)
    AND (v.state IN ['PUBLISHED', 'SUPERSEDED', 'EXPIRED', 'RETIRED'] OR v.quarantined_by IS NOT NULL)
    AND NOT EXISTS {
      MATCH (p)-[:HAS_VERSION]->(w:DatasetVersion)
      WHERE w.source_time <= coalesce(r.started_at, r.first)
        AND (w.source_time > v.source_time OR (w.source_time = v.source_time AND w.id > v.id))
        AND (w.state IN ['PUBLISHED', 'SUPERSEDED', 'EXPIRED', 'RETIRED'] OR w.quarantined_by IS NOT NULL)
    }
  OPTIONAL MATCH (r)-[:WROTE]->(o:DatasetVersion)
  RETURN v, r, 'observed' AS kind, coalesce(r.started_at, r.first) AS since, r.heard AS until, o
}
MATCH (s:Dataset {id: v.dataset})
OPTIONAL MATCH (j:Job {id: r.job})
OPTIONAL MATCH (d:Dataset {id: o.dataset})
RETURN v.id AS source, coalesce(s.entity, s.id) AS source_entity, s.id AS source_dataset, r.id AS run, kind AS run_kind, r.state AS run_state,
  r.job AS job, j.namespace AS job_namespace, j.name AS job_name, r.key AS run_key, r.job_partition AS job_partition, since, until,
  coalesce(j.columns_known AND size(coalesce(j.unresolved, [])) = 0 AND j.coverage IS NULL
    AND (coalesce(j.columns_known_since <= since, false) OR coalesce(j.definition_hash = r.definition_hash, false)), false) AS columns_known,
  o.id AS version, o.dataset AS dataset, coalesce(d.entity, d.id) AS entity, d.namespace AS namespace, d.name AS name, o.key AS key,
  o.partition AS partition, o.state AS state, o.confirmed_by AS confirmed_by, o.published_at AS published_at,
  o.replaced_at AS replaced_at, EXISTS { MATCH (:Partition)-[:CURRENT]->(o) } AS is_current
