"""What turns developed pixels into a file worth handing over."""
