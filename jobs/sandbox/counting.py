"""Which of many requests something strikes: counted, or left to chance that repeats."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(slots=True)
class Counting:
    """Lets `after` pass, strikes every n-th, `first` in all (0: no end), and of these a share by chance."""

    dice: Random
    after: int = 0
    every: int = 1
    first: int = 0
    rate: float = 1.0
    seen: int = 0

    def turn(self) -> bool:
        """Counts one request, from 1; answers whether it is struck."""
        self.seen += 1
        turn = self.seen - self.after
        if turn <= 0 or turn % self.every:
            return False
        if self.first and turn > self.first * self.every:
            return False
        return self.rate >= 1 or self.dice.random() < self.rate
