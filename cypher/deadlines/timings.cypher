// name:    deadlines.timings
// purpose: What was learned of some jobs and datasets, for the kind of day that is asked for: the first one of which enough is known.
// param:   asked list of map {id, kinds: list of string, the most particular first}
// returns: rows list of [place integer - in `asked`, kind string, measured text or null, waits text or null], one for each that was ever looked at - one row
// access:  read
UNWIND range(0, size($asked) - 1) AS place
WITH place, $asked[place] AS x
MATCH (t:Timing {id: x.id})
WITH place, t, coalesce([kind IN x.kinds WHERE t[kind] IS NOT NULL][0], 'all') AS kind
RETURN collect([place, kind, t[kind], t.waits]) AS rows
