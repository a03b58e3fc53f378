"""What computes the standards: the evidence and one function a measure."""
