"""What the notebooks about the Weir Bridge share."""
