"""What is true: records, rules, inbox, outbox. Knows no scheduler, no command line and no screen."""
