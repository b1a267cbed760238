// name:    estate.declare_jobs
// purpose: Creates jobs or changes what is declared of them. A property that is null is removed; so is the mark of a retired one. Since when all that a job does with columns is known is remembered: what runs before that did is not.
// param:   nodes list of map {id, properties}
// returns: id string - one row each
// access:  write
UNWIND $nodes AS x
MERGE (j:Job {id: x.id})
WITH j, x, CASE WHEN coalesce(j.columns_known, false) AND j.retired_at IS NULL THEN j.columns_known_since END AS since
SET j += x.properties
SET j.columns_known_since = CASE WHEN x.properties.columns_known THEN coalesce(since, datetime.realtime()) END
REMOVE j.retired_at
RETURN j.id AS id
