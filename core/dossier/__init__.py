"""The dossier (Kundenakte): everything on one customer, in sections that the areas contribute."""
