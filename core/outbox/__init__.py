"""What goes out: transfers in one queue, their attempts, outcomes, breakers."""
