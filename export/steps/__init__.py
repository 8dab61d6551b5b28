"""The steps of the models, which are converted for the phone."""

from lightrnn_tf.models import DenseRNN, LightRNN, PaperRNN, SlimRNN

from .flat import FlatStep
from .step import Step
from .table import LightStep, PaperStep

_STEPS: dict[type, type[Step]] = {
    LightRNN: LightStep,
    PaperRNN: PaperStep,
    SlimRNN: FlatStep,
    DenseRNN: FlatStep,
}


def step_of(model) -> Step:
    """Make the step of a model.

    Args:
        model: A built model of `lightrnn_tf.models`.

    Returns:
        The `Step`, with its signatures.

    Raises:
        ValueError: If it is another kind of model.
    """
    for kind, step in _STEPS.items():
        if isinstance(model, kind):
            return step(model)
    raise ValueError(
        "`model` must be a LightRNN, PaperRNN, SlimRNN or DenseRNN. Received: "
        f"{type(model).__name__}."
    )
