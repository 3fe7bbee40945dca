"""The page of kept drawings: hands, the wall, export and import, teaching the network."""
