"""What the ledger's proof and bench share: an auditor, random work, and books in a throw-away database."""
