"""What is written about merchants: who they are, what they ask, what is paid to them and what goes back."""
