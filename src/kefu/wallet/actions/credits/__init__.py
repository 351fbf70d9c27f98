"""Credits that people decided, each with an approval: goodwill, a top-up completed by hand, money found."""
