// name:    impact.step
// purpose: One hop downstream from a frontier over whole datasets, jobs and consumers, as it was true at one moment and is known now.
// param:   datasets list of string - those of the frontier
// param:   jobs list of string - those of the frontier
// param:   at datetime - the moment: what was true then
// returns: nodes list - one row, with one of each node that an edge leads to: [id, label, namespace, name, state (of a job: PARTIAL where not all of it is known), technical, columns_known (of a job), entity (of a dataset that is one with others: the one that stands for all), dropped_at in ms, starts, said]; of each edge, `starts` has the place of its beginning in its list, and `said` a text, `provenance|stale|required|last_seen in ms|source`, or [text, columns, only (names of what goes through a job only where it is named; null: everything)] where there is more to say
// access:  read
CALL () {
  UNWIND range(0, size($datasets) - 1) AS start
  MATCH (:Dataset {id: $datasets[start]})-[e:CONSUMED_BY]->(b:Job|Consumer)
  RETURN start, e, b, CASE WHEN b.paired THEN [e.named] END AS only
  UNION ALL
  UNWIND range(0, size($jobs) - 1) AS start
  MATCH (:Job {id: $jobs[start]})-[e:PRODUCES]->(b:Dataset)
  RETURN start, e, b, e.made_from AS only
}
WITH start, e, b, only, datetime.realtime() AS known
// What ends by being closed was not known to end before: a moment after `known` sees it open.
WHERE e.valid_from <= $at AND CASE WHEN $at < known THEN $at ELSE known END < e.valid_to
  AND e.recorded_at <= known AND known < e.retracted_at
WITH start, e, b, only, coalesce(e.provenance, '') + CASE WHEN e.stale THEN '|1' ELSE '|0' END
  + CASE WHEN e.required = false THEN '|0|' ELSE '|1|' END + coalesce(toString(e.last_seen.epochMillis), '')
  + '|' + coalesce(e.source, '') AS text
// One text for an edge, and one record for all: the driver pays for each list, and more for each record.
WITH b, collect(start) AS starts, collect(
  CASE WHEN only IS NULL AND size(coalesce(e.columns, [])) = 0 THEN text ELSE [text, e.columns, only] END) AS said
RETURN collect([b.id, labels(b)[0], coalesce(b.namespace, ''), coalesce(b.name, ''), b.coverage, coalesce(b.technical, false),
  coalesce(b.columns_known, false) AND size(coalesce(b.unresolved, [])) = 0 AND b.coverage IS NULL,
  b.entity, b.dropped_at.epochMillis, starts, said]) AS nodes
