// name:    schedules.ticks_of
// purpose: The nominal times of a job that have come, the newest first.
// param:   job string
// param:   most integer
// returns: id, key, nominal datetime, state, reason, run string or null - none: no nominal time has come yet
// access:  read
MATCH (t:Tick)
WHERE t.job = $job
RETURN t.id AS id, t.key AS key, t.nominal AS nominal, t.state AS state, t.reason AS reason, t.run AS run
ORDER BY t.nominal DESC, t.key DESC LIMIT $most
