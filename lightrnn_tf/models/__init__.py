"""Keras models: LightRNN, PaperRNN, SlimRNN, and DenseRNN to compare them with."""

from lightrnn_tf.models.dense_rnn import DenseRNN
from lightrnn_tf.models.language_model import LanguageModel
from lightrnn_tf.models.light_rnn import LightRNN
from lightrnn_tf.models.paper_rnn import PaperRNN
from lightrnn_tf.models.slim_rnn import SlimRNN
from lightrnn_tf.models.stream_pass import StreamPass
from lightrnn_tf.models.table_rnn import TableRNN
from lightrnn_tf.words.vocabulary import NO_WORD

# The models by their names in files and on the command line.
MODELS: dict[str, type[LanguageModel]] = {
    model.kind: model for model in (LightRNN, PaperRNN, SlimRNN, DenseRNN)
}

__all__ = [
    "MODELS",
    "NO_WORD",
    "DenseRNN",
    "LanguageModel",
    "LightRNN",
    "PaperRNN",
    "SlimRNN",
    "StreamPass",
    "TableRNN",
]
