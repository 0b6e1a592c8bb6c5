"""What many tests are given: a clock that travels, invented customers, an office with a running VEMA."""
