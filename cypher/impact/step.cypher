// name:    impact.step
// purpose: One hop downstream from a frontier over whole datasets, jobs and consumers, as it was true at one moment and is known now.
// param:   frontier map {datasets: list of string, jobs: list of string} - in a map, so that one plan suits all sizes
// param:   among map or null - only nodes whose ids are keys in it are told; null: all
// param:   at datetime - the moment: what was true then
// returns: nodes list - one row, with one of each node that an edge leads to: [id, label, namespace, name, state (of a job: PARTIAL where not all of it is known), technical, columns_known (of a job), entity (of a dataset that is one with others: the one that stands for all), dropped_at in ms, starts, said], and where edges lead to others than `among`, one that begins with null; of each edge, `starts` has the place of its beginning in its list, and `said` a text, `provenance|stale|required|last_seen in ms|source`, or [text, columns, only (names of what goes through a job only where it is named; null: everything)] where there is more to say
// access:  read
CALL () {
  UNWIND range(0, size($frontier.datasets) - 1) AS start
  MATCH (:Dataset {id: $frontier.datasets[start]})-[e:CONSUMED_BY]->(b:Job|Consumer)
  RETURN start, e, b, CASE WHEN b.paired THEN [e.named] END AS only
  UNION ALL
  UNWIND range(0, size($frontier.jobs) - 1) AS start
  MATCH (:Job {id: $frontier.jobs[start]})-[e:PRODUCES]->(b:Dataset)
  RETURN start, e, b, e.made_from AS only
}
WITH start, e, b, only, datetime.realtime() AS known
// What ends by being closed was not known to end before: a moment after `known` sees it open.
WHERE e.valid_from <= $at AND CASE WHEN $at < known THEN $at ELSE known END < e.valid_to
  AND e.recorded_at <= known AND known < e.retracted_at
WITH e, only, start, b, $among IS NULL OR coalesce($among[b.id], false) OR b.entity IS NOT NULL AS told
WITH e, only, CASE WHEN told THEN start END AS start, CASE WHEN told THEN b END AS b, CASE WHEN told THEN
  coalesce(e.provenance, '') + CASE WHEN e.stale THEN '|1' ELSE '|0' END
  + CASE WHEN e.required = false THEN '|0|' ELSE '|1|' END + coalesce(toString(e.last_seen.epochMillis), '')
  + '|' + coalesce(e.source, '') END AS text
// One text for an edge, and one record for all: the driver pays for each list, and more for each record.
WITH b, collect(start) AS starts, collect(
  CASE WHEN text IS NULL OR only IS NULL AND size(coalesce(e.columns, [])) = 0 THEN text ELSE [text, e.columns, only] END) AS said
RETURN collect([b.id, labels(b)[0], coalesce(b.namespace, ''), coalesce(b.name, ''), b.coverage,
  coalesce(b.technical, false),
  coalesce(b.columns_known, false) AND size(coalesce(b.unresolved, [])) = 0 AND b.coverage IS NULL,
  b.entity, b.dropped_at.epochMillis, starts, said]) AS nodes
