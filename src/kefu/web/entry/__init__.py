"""The doors: sign-up, sign-in, a new password, sign-out; for customers by phone, for staff by 工号."""
