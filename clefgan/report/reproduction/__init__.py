"""A paper's rows run again, and its open choices, as Markdown pages."""
