// name:    readiness.due_looks
// purpose: Job partitions that want another look by now, the longest waiting first.
// param:   most integer
// returns: id string, job string, key string - none when nothing is due
// access:  read
MATCH (jp:JobPartition)
WHERE jp.look_again_at <= datetime.realtime()
RETURN jp.id AS id, jp.job AS job, jp.key AS key
ORDER BY jp.look_again_at LIMIT $most
