// name:    doctor.clock
// purpose: The graph's own time, which decides leases.
// returns: now datetime - one row
// access:  read
RETURN datetime.realtime() AS now
