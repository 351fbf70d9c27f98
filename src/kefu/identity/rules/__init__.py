"""Pure rules over values: levels of proof, passwords, phones, tries, approvals. No database, no clock."""
