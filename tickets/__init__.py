"""The matter itself: what is right, what is remembered, what can be done and what can be asked."""
