"""Work among colleagues: who looks after what, what comes up again, messages, and who stands in for whom."""
