// name:    lineage.moments
// purpose: The two moments of a question, by the clock of the graph where they are left out.
// param:   at datetime - the moment; null for the one of `known`
// param:   known datetime - null for now
// returns: at datetime, known datetime - one row
// access:  read
WITH coalesce($known, datetime.realtime()) AS known
RETURN coalesce($at, known) AS at, known
