"""Tests, in the shape of the product: core, jobs, tui; real/ starts real servers, checks/ is what `make lint` runs."""
