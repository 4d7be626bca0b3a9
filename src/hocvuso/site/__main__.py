"""``python -m hocvuso.site``: started by JupyterHub as its service ``hoc``, or beside it."""

from hocvuso.site.service import main

if __name__ == "__main__":
    main()
