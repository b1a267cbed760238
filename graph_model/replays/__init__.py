"""What must run again because a version was bad: the plan, and carrying it out."""
