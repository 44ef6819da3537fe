"""Streamlit building blocks and the dashboard script."""
