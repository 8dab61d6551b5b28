"""The page that suggests words in a browser: its files, and a server for them."""

from lightrnn_tf.demo.server import PageServer
from lightrnn_tf.demo.site import site, write_site

__all__ = ["PageServer", "site", "write_site"]
