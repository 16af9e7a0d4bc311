"""``python -m imgtune_gui``: the program, where its command is not on the path."""

import sys

from imgtune_gui.main import main

sys.exit(main())
