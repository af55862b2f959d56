"""One drawer for each outside platform: client is the wire, mapping is pure, adapter joins them."""
