"""``python -m hocvuso`` is the command ``hocvuso``."""

from hocvuso.cli import main

if __name__ == "__main__":
    main()
