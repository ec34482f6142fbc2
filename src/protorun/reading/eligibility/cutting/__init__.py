"""From a block of text to its entries: headings, markers, nesting."""
