"""Importing tables: how any area makes records of rows, by three-way comparison; areas say what differs."""
