"""The command line: ``jupyter cache``."""
