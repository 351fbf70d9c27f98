"""Provisional credits: given on a case, made final, announced to be taken back, taken back, their debts recovered."""
