// name:    lineage.facts
// purpose: What a filter may ask of nodes. A column answers with its own tags and what is said of its dataset, a version with that alone, a run with what is said of its job.
// param:   ids list of string - datasets, jobs, consumers, fields, versions, runs
// param:   at datetime - the moment: what was true then
// returns: id string, tags list, domain string, tier string, owners list - one row per node that is there
// access:  read
UNWIND $ids AS id
OPTIONAL MATCH (f:Field {id: id})
OPTIONAL MATCH (v:DatasetVersion {id: id})
OPTIONAL MATCH (r:Run {id: id})
WITH id, coalesce(f.dataset, v.dataset, r.job, id) AS of, coalesce(f.tags, []) AS own
OPTIONAL MATCH (own_d:Dataset {id: of})
OPTIONAL MATCH (entity:Dataset {id: own_d.entity})
OPTIONAL MATCH (j:Job {id: of})
OPTIONAL MATCH (c:Consumer {id: of})
WITH id, own, coalesce(entity, own_d, j, c) AS n
WHERE n IS NOT NULL
OPTIONAL MATCH (n)-[e:OWNED_BY]->(o:Owner)
WHERE coalesce(e.valid_from <= $at AND $at < e.valid_to, true)
WITH id, own, n, collect(o.name) AS owners
RETURN id, own + coalesce(n.tags, []) AS tags, n.domain AS domain, n.tier AS tier, owners
