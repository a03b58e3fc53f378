"""What every finding of the readers, the audit and the siting means, in English."""
