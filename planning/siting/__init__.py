"""Where the next stations go, with a bound on how much better any other plan could be."""
