// What people order to run stands beside replays, as the same marks: in lines that have their turn one after the other.
CREATE INDEX replay_step_line IF NOT EXISTS FOR (n:ReplayStep) ON (n.line);
CREATE INDEX replay_step_job_partition IF NOT EXISTS FOR (n:ReplayStep) ON (n.job_partition);
