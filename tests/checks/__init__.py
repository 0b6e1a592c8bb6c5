"""What `make lint` checks beyond ruff and pyright; each is a module to be run with `python -m`."""
