"""Pure rules of planning: shares of a sum, categories of spending, days of a schedule."""
