"""Tests, in the shape of the product; real/ starts real servers, checks/ is what `make lint` runs."""
