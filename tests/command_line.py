"""The commands, run in this process."""

from lightrnn_tf import cli


def lightrnn(*arguments):
    """Run a command and return its exit status."""
    try:
        return cli.main([str(argument) for argument in arguments])
    except SystemExit as stop:
        return stop.code
