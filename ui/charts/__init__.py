"""Charts as SVG and HTML: readable in both themes, all numbers as text, one way to draw axes."""
