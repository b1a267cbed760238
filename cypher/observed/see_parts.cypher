// name:    observed.see_parts
// purpose: Runs that were told to be part of others, and so their jobs. Parents of which nothing else is known are made.
// param:   parts list of map {run, job, parent, parent_run, parent_job, namespace, name} - run and job are ids that are there, parent and parent_job ids, parent_run its client's own id, namespace and name those of its job
// param:   source string
// returns: id string - one row per part, the id of the parent run
// access:  write
UNWIND $parts AS x
MATCH (r:ObservedRun {id: x.run})
MATCH (j:Job {id: x.job})
MERGE (q:Job {id: x.parent_job})
ON CREATE SET q.namespace = x.namespace, q.name = x.name
MERGE (p:ObservedRun {id: x.parent})
ON CREATE SET p.job = x.parent_job, p.run = x.parent_run
MERGE (r)-[e:PART_OF]->(p)
SET e.source = $source, e.provenance = 'observed'
FOREACH (_ IN CASE WHEN x.job <> x.parent_job THEN [1] ELSE [] END |
  MERGE (j)-[h:PART_OF]->(q)
  SET h.source = $source, h.provenance = 'observed')
RETURN p.id AS id
