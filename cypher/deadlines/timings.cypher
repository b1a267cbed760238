// name:    deadlines.timings
// purpose: What was learned of some jobs and datasets, and of the kinds of day that are asked for, those of which enough is known.
// param:   ids list of string
// param:   kinds list of list of string - for each of them
// returns: places list of integer - in `ids`, of each that was ever looked at; measured, waits list of string - of each of these, empty where nothing is known; special list of list of [place integer - in `ids`, kind string, measured text] - one row
// access:  read
UNWIND range(0, size($ids) - 1) AS place
MATCH (t:Timing {id: $ids[place]})
WITH place, t, [kind IN $kinds[place] WHERE t[kind] IS NOT NULL | [place, kind, t[kind]]] AS some
RETURN collect(place) AS places, collect(coalesce(t.all, '')) AS measured, collect(coalesce(t.waits, '')) AS waits,
  collect(CASE WHEN size(some) > 0 THEN some END) AS special
