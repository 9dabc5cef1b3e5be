"""Charts of the report as inline SVG, and as HTML tables where a table says it better."""
