"""The people's door: desks, JSON API, accounts and what each role may see."""
