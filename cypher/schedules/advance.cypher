// name:    schedules.advance
// purpose: How far schedules have come: up to when their nominal times are carried out, the next one, and when to look again. Only after the lock.
// param:   schedules list of map {id, ticked_at: datetime, next_at, look_at: datetime or null} - null: there is none any more
// returns: id string - one row each
// access:  write
UNWIND $schedules AS x
MATCH (s:Schedule {id: x.id})
SET s.ticked_at = x.ticked_at, s.next_at = x.next_at, s.look_at = x.look_at
RETURN s.id AS id
