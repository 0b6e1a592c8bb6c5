"""What is right: rules, the findings they make, the checker that keeps findings current, the condition language."""
