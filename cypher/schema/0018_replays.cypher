// What is to be run again after a version turned out bad: an order of a person, and a step for each job partition.
CREATE CONSTRAINT replay_id IF NOT EXISTS FOR (n:Replay) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT replay_step_id IF NOT EXISTS FOR (n:ReplayStep) REQUIRE n.id IS UNIQUE;
// Sparse properties: only what is not over yet carries them.
CREATE INDEX replay_open IF NOT EXISTS FOR (n:Replay) ON (n.open);
CREATE INDEX replay_step_open IF NOT EXISTS FOR (n:ReplayStep) ON (n.open);
CREATE INDEX replay_version IF NOT EXISTS FOR (n:Replay) ON (n.version);
CREATE INDEX replay_step_replay IF NOT EXISTS FOR (n:ReplayStep) ON (n.replay);
