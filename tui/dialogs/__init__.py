"""Dialogs of the console: one screen a file, over the list, closed with Esc without anything being done."""
