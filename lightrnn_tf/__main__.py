"""`python -m lightrnn_tf` is `lightrnn`."""

import sys

from lightrnn_tf.cli import main

if __name__ == "__main__":
    sys.exit(main())
