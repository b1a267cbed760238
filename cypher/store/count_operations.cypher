// name:    store.count_operations
// purpose: How many units of work have left their mark, without those that a pause lets through. The same number twice: nothing was committed in between.
// returns: operations integer - one row
// access:  read
MATCH (o:Operation)
WHERE o.exempt IS NULL AND o.asked_by IS NULL
RETURN count(o) AS operations
