"""Pages that look at both doors: people's pages about the machines, which neither package may know of the other."""
