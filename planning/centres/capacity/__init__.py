"""Who can be served where, when every institution holds only so many."""
