// name:    backup.anything
// purpose: Whether a graph holds anything that a backup would hold.
// returns: label string - of some node, or no row: a restore may begin
// access:  read
MATCH (n)
WHERE NOT n:Migration AND NOT n:Operation AND NOT n:Worker AND NOT n:Lease AND NOT n:Pause AND NOT n:Timing
RETURN labels(n)[0] AS label LIMIT 1
