"""How a page of text is taken apart: labels, blocks, help sentences, arms, outcomes and sites on lines."""
