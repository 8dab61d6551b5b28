"""The steps of the models, which are converted for the phone."""

from lightrnn_tf_export.suggest_rows import DEFAULT

from lightrnn_tf.models import DenseRNN, LanguageModel, LightRNN, PaperRNN, SlimRNN

from .flat import FlatStep
from .four_bit_weights import FourBitWeights
from .step import Step
from .table import LightStep, PaperStep, TableStep
from .weights import FloatWeights

_STEPS: dict[type[LanguageModel], type[Step]] = {
    LightRNN: LightStep,
    PaperRNN: PaperStep,
    SlimRNN: FlatStep,
    DenseRNN: FlatStep,
}


def step_of(
    model,
    weights: FloatWeights | FourBitWeights | None = None,
    suggest_rows: int = DEFAULT,
) -> Step:
    """Make the step of a model.

    Args:
        model: A built model of `lightrnn_tf.models`.
        weights: How to store the weights. Defaults to float32.
        suggest_rows: How many rows `suggest` looks at, where there are as many.
            Defaults to 8.

    Returns:
        The `Step`, with its signatures.

    Raises:
        ValueError: If it is another kind of model.
    """
    for kind, step in _STEPS.items():
        if isinstance(model, kind):
            if weights is None:
                weights = FloatWeights(rounded=model.quantize_aware)
            if issubclass(step, TableStep):
                return step(model, weights, min(suggest_rows, model.rows))
            return step(model, weights)
    raise ValueError(
        "`model` must be a LightRNN, PaperRNN, SlimRNN or DenseRNN. Received: "
        f"{type(model).__name__}."
    )
