"""What customers are called where others speak of them: their area, their kind of transfer, their partner."""

AREA = "customers"
KIND = "customer"
PARTNER = "vema"
