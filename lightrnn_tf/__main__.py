"""`python -m lightrnn_tf` is `lightrnn`."""

import sys

from lightrnn_tf.cli import main

sys.exit(main())
