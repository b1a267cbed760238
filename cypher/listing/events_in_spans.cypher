// name:    listing.events_in_spans
// purpose: How many events of which type happened in some spans of time.
// param:   bounds list of datetime - each span goes from one of them to the next
// returns: span integer, type string, events integer - one row for each type of each span that has any, spans counted from 0
// access:  read
UNWIND range(0, size($bounds) - 2) AS span
WITH span, $bounds[span] AS start, $bounds[span + 1] AS end
MATCH (e:LineageEvent)
WHERE e.at >= start AND e.at < end AND e.run IS NOT NULL
WITH span, CASE WHEN e.body CONTAINS '"eventType":"START"' THEN 'START' WHEN e.body CONTAINS '"eventType":"COMPLETE"' THEN 'COMPLETE'
  WHEN e.body CONTAINS '"eventType":"FAIL"' THEN 'FAIL' WHEN e.body CONTAINS '"eventType":"ABORT"' THEN 'ABORT' ELSE 'OTHER' END AS type
RETURN span, type, count(*) AS events
