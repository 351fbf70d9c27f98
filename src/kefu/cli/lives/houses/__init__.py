"""The houses outside as these lives know them: truthful about money and rates, and about nothing else."""
