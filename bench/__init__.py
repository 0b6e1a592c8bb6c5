"""What measures the figures of the design, side by side with peers, as ratios in one run."""
