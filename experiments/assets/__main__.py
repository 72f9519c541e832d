"""`python -m experiments.assets NAME ...` fetches real weights and data."""

import sys

from experiments.assets.fetch import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
