"""Other caches' formats, and stores that people share: what leaves a store, and what comes in."""
