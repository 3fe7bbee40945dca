"""Writes a model as one HTML file that reads digits by itself: offline, without a server, for as long as browsers last.

`page` puts the file together. In the browser `framing.js` frames, `engine.js` computes, and `paper.js` is the paper and
the answer. The first two also let the bars of the Draw page follow the pen.
"""
