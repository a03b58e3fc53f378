"""What a session holds: state, jobs, links, opening, uploads, login."""
