"""Streamlit pages: read widgets, call planning, show. Only `_session` touches session state and caches."""
