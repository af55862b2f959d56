"""The people's door for browsers: pages that work as plain HTML."""
