// name:    observed.see_words
// purpose: What jobs say of their outputs as a whole. What was said before is widened: last, last complete.
// param:   words list of map {id, job, kind, target, source, last, complete_at} - target and source are ids of dataset names, source empty but for FROM; last is null where only the completeness is new
// returns: id string - one row each
// access:  write
UNWIND $words AS x
MATCH (j:Job {id: x.job})
MATCH (n:DatasetName {id: x.target})
MERGE (j)-[w:SAYS {id: x.id}]->(n)
ON CREATE SET w.kind = x.kind, w.source = x.source, w.last = x.last
FOREACH (_ IN CASE WHEN x.last > w.last THEN [1] ELSE [] END | SET w.last = x.last)
FOREACH (_ IN CASE WHEN w.complete_at IS NULL OR x.complete_at > w.complete_at THEN [1] ELSE [] END | SET w.complete_at = x.complete_at)
RETURN w.id AS id
