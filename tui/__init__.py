"""What an operator sees and presses."""
