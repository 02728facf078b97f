"""``python -m lossviz``."""

import sys

from lossviz.cli import main

sys.exit(main(sys.argv[1:]))
