"""设置: accounts, sections, roles, reference rows and their Excel sheets; each part for those who keep it."""
