"""Keras layers: word vectors of two components and the softmax in two steps."""

from lightrnn_tf.layers.recurrent_stack import RecurrentStack
from lightrnn_tf.layers.two_component_embedding import TwoComponentEmbedding
from lightrnn_tf.layers.two_step_softmax import TwoStepSoftmax

__all__ = ["RecurrentStack", "TwoComponentEmbedding", "TwoStepSoftmax"]
