"""What the pages are made of: a room for each, and at the top what all of them use."""
