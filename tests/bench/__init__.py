"""What things cost, beside neurokit2 doing the nearest equivalent: ``make bench``. Figures to read, never a test."""
