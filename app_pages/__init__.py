"""Streamlit pages: read widgets, call planning, show. Only `_session` touches state and caches."""
