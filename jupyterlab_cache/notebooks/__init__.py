"""Reading notebooks, and the digests that say what they execute and show."""
