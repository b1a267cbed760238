// name:    replays.open_steps
// purpose: Steps of replays that are not over, by their ids.
// param:   after string - the last id of the page before; empty: the first page
// param:   most integer
// returns: id, replay, job, namespace, name, key, job_partition, way, why, place integer, state, run or null, replaces list, avoids list, partitions list, by, reason, origin or null - of a step of an order, with forced boolean, named boolean - in order
// access:  read
MATCH (s:ReplayStep)
WHERE s.open = 1
// As a text of its own: else the steps are gone through in the order of their ids, all that there ever were.
WITH s, toString(s.id) AS id
WHERE id > $after
RETURN id, s.replay AS replay, s.job AS job, s.namespace AS namespace, s.name AS name, s.key AS key,
  s.job_partition AS job_partition, s.way AS way, s.why AS why, s.order AS place, s.state AS state, s.run AS run,
  s.replaces AS replaces, s.avoids AS avoids, s.partitions AS partitions, s.by AS by, s.reason AS reason,
  s.origin AS origin, s.forced AS forced, s.named AS named
ORDER BY id LIMIT $most
