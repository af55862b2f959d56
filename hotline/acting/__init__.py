"""What a person may ask at a door: the fields of each act, who may do it now, the matter that is logged."""
