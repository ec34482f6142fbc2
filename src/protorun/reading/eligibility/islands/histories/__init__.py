"""What went before: transplants, and what a disease did under a treatment."""
