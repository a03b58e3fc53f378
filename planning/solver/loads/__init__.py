"""Cover and median when a site serves only so many people."""
