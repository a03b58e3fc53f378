"""A small app with the interactive map: edits by button, two pages, the last click as text."""

import streamlit as st
from streamlit_folium import st_folium

from app_pages.session.media import put_for_session
from benchmarks.map_spec import SMALL, county_map, edit_layers
from planning import maps

put = None if "inline" in st.query_params else put_for_session


@st.cache_resource
def _spec() -> maps.MapSpec:
    return county_map(SMALL, is_full=False)


@st.cache_resource
def _encoded() -> maps.EncodedMap:
    return maps.encode_map(_spec())


st.set_page_config(layout="wide")
if st.radio("page", ["map", "other"], horizontal=True) == "map":
    if st.button("edit"):
        st.session_state["edits"] = st.session_state.get("edits", 0) + 1
    edits = st.session_state.get("edits", 0)
    layers = edit_layers(_spec(), edits) if edits else ()
    answer = st_folium(
        maps.interactive_map(_encoded(), put=put, options=maps.MapOptions(view_key="main")),
        key="map",
        height=600,
        use_container_width=True,
        returned_objects=["last_clicked"],
        feature_group_to_add=[maps.edit_group(layers, put=put)] if layers else None,
    )
    click = answer["last_clicked"]
    st.metric("edits", edits)
    st.metric("click", "none" if click is None else f"{click['lng']:.4f} {click['lat']:.4f}")
else:
    st.write("nothing here")
