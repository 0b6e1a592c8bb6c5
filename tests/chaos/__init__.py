"""Kills, cuts and fills things while transfers are on their way, and compares both books afterwards."""
