"""JupyterHub and nbgrader configuration as functions."""
