// name:    observed.joined
// purpose: Datasets that have become one with others, and whose runs were not looked at since.
// param:   most integer
// returns: id string - none when there is none
// access:  read
MATCH (d:Dataset)
WHERE d.joined = 1
RETURN d.id AS id LIMIT $most
