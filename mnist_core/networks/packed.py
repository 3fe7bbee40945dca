"""A network as browsers compute it: plain steps with packed weights, in one file, without Keras.

The file begins with a line of JSON that describes the steps; after it come the weights, one step's after the other's.
"""

import json
from collections.abc import Mapping
from typing import Any

Step = dict[str, Any]
"""What `engine.js` does: its `kind`, the settings of this kind, and where its numbers lie among the weights."""


def written(network: Mapping[str, Any], weights: bytes) -> bytes:
    """Writes a network as the content of a file.

    Args:
        network: `steps`; `digits`, the step to ten logits; and `scores`, the steps to the digit score and the
            multi-digit score, by these names; none where the network knows digits only.
        weights: of all steps.
    """
    return json.dumps(network, separators=(",", ":")).encode() + b"\n" + weights


def read(content: bytes) -> tuple[dict[str, Any], bytes]:
    """Returns the network and the weights in the content of a file, as `written` took them."""
    described, _, weights = content.partition(b"\n")
    return json.loads(described), weights
