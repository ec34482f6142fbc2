"""The plans of `protorun plan`, one file each."""
