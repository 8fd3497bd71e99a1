"""New documents in the working tree, from what is known already."""
