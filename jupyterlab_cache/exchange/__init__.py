"""Other caches' formats, and stores that people share."""
