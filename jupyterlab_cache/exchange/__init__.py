"""What leaves a store for other programs, and what comes from them."""
