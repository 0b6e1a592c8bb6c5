"""The synthetic office: made-up customers with every defect of the seed in known numbers."""
