// When jobs run by the clock: how far each schedule has come, and each nominal time that came, once for a job partition.
CREATE CONSTRAINT schedule_id IF NOT EXISTS FOR (n:Schedule) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT tick_id IF NOT EXISTS FOR (n:Tick) REQUIRE n.id IS UNIQUE;
// Sparse properties: only a schedule with a next time wants a look, only a nominal time that waits for inputs is open.
CREATE INDEX schedule_look_at IF NOT EXISTS FOR (n:Schedule) ON (n.look_at);
CREATE INDEX tick_open IF NOT EXISTS FOR (n:Tick) ON (n.open);
CREATE INDEX tick_job IF NOT EXISTS FOR (n:Tick) ON (n.job);
