"""`python -m meshdefense`, the same as `meshdefense`."""

import sys

from meshdefense.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
