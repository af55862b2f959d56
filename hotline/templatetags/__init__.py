"""What templates say of moments and words."""
