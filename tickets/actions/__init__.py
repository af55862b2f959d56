"""Every change there is: one transaction each, keyword-only, with actor and now, through the ledger."""
