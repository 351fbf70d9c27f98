"""What is written about vouchers: campaigns under four eyes, who takes one, what it pays, and when it ends."""
