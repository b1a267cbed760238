// name:    observed.said_of_outputs
// purpose: What is known of the outputs of jobs: their observed edges, what was said of them, what their SQL gave, and what follows from it in the graph now.
// param:   jobs list of string - ids
// param:   source string - of observed edges
// returns: id string, scope string, told list, paired boolean, columns_known boolean, sql_known boolean, outputs list, words list - one row each; an output is [id of its edge, id of its name, complete_at, stale, made_from], a word [kind, target, source, last, complete_at]
// access:  read
UNWIND $jobs AS id
MATCH (j:Job {id: id})
OPTIONAL MATCH (j)-[e:PRODUCES]->(:Dataset)
WHERE e.source = $source
WITH j, collect(CASE WHEN e IS NULL THEN null ELSE [e.id, e.named, e.complete_at, coalesce(e.stale, false), e.made_from] END) AS outputs
OPTIONAL MATCH (j)-[w:SAYS]->(n:DatasetName)
WITH j, outputs, collect(CASE WHEN w IS NULL THEN null ELSE [w.kind, n.id, w.source, w.last, w.complete_at] END) AS words
RETURN j.id AS id, j.scope AS scope, coalesce(j.told, []) AS told, coalesce(j.paired, false) AS paired,
  coalesce(j.columns_known, false) AS columns_known, coalesce(j.sql_known, false) AS sql_known,
  outputs, words
