"""What happens by itself: schedule, worker, run history, and the commands (the headless face)."""
