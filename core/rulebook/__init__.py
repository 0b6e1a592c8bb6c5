"""What is right: rules, the findings they make, and the condition language."""
