// name:    doctor.leaders
// purpose: Who leads the sweeps, and until when.
// returns: id string, holder string, until datetime, live boolean - none before the first steward
// access:  read
MATCH (l:Lease)
RETURN l.id AS id, l.holder AS holder, l.until AS until, coalesce(l.until > datetime.realtime(), false) AS live
