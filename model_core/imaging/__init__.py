"""Files to pixels, the look, and pixels to files."""
