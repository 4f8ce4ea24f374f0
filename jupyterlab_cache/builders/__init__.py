"""What other programs load in their own process: book builders, nbconvert."""
