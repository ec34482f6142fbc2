"""What stands around a limit and belongs to it: what is counted, where something is measured."""
