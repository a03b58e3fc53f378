"""How the coordinate system of a list is judged: by what lies around its places."""
