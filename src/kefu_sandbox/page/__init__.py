"""The page on which a person sees the bank and sets its mood. Owns no facts; calls the same functions as the
signed doors. Its door: `operator.answer`."""
