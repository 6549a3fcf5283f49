"""`python -m vit_tutorial`: train, evaluate and predict from the command line."""

import sys

from vit_tutorial.cli import main

if __name__ == "__main__":
    sys.exit(main())
