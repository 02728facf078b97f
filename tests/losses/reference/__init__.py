"""Every loss a second time, in float64, with plain loops, written from its paper.

One module a loss, named as the loss is. It holds ``CASES``, a list of knob settings to compare under, and
``value(loss, weights, x, y)``: the loss of float64 embeddings ``x`` (N, d) with labels ``y`` (N,), where ``weights``
are the criterion's parameters and buffers by name, in float64. The gradient follows by differentiating it.
A module may also hold ``PROGRESS``, how much of the run is done when they are compared (1.0 if it does not).
"""
