"""Streamlit entry: `streamlit run app.py`."""

import streamlit as st

from app_pages.session.state import navigation

st.set_page_config(page_title="服务圈 ServiceCircle", page_icon="🏥", layout="wide")
navigation().run()
