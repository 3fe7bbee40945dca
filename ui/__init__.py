"""What the pages share: navigation and look, the paper, the answer, the charts."""
