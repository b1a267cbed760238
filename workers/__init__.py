"""What carries a decision out: the Celery fleet, the steward, and the executors that run jobs."""
