"""The Draw page: the paper and other sources of drawings, and the answer."""
