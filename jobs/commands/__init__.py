"""The headless face: one module a group of commands, loaded when it is called."""
