// name:    observed.unread_sql
// purpose: Jobs whose SQL has to be looked at, by what others told of them.
// param:   after string - only ids after this one
// param:   most integer
// returns: id string - in order; none when nothing is marked
// access:  read
MATCH (j:Job)
WHERE j.sql_unread = true AND j.id > $after
RETURN j.id AS id
ORDER BY id LIMIT $most
