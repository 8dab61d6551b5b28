"""Keras layers: word vectors that share parts, and the softmax over them."""

from lightrnn_tf.layers.recurrent_stack import RecurrentStack
from lightrnn_tf.layers.row_transition import RowTransition
from lightrnn_tf.layers.slim_codes import slim_codes
from lightrnn_tf.layers.slim_embedding import SlimEmbedding
from lightrnn_tf.layers.slim_softmax import SlimSoftmax
from lightrnn_tf.layers.two_component_embedding import TwoComponentEmbedding
from lightrnn_tf.layers.two_step_softmax import TwoStepSoftmax

__all__ = [
    "RecurrentStack",
    "RowTransition",
    "SlimEmbedding",
    "SlimSoftmax",
    "TwoComponentEmbedding",
    "TwoStepSoftmax",
    "slim_codes",
]
