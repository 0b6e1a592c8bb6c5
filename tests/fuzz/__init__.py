"""What nobody would send: thousands of inputs for everything that reads what strangers wrote."""
