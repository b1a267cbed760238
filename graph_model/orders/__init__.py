"""What people order to run: one job partition, a selection with what stands around it, a backfill, a restart."""
