"""MGI Graph: the Migration Governance Indicators as a knowledge graph that can be queried, checked and cited."""

__version__ = "0.1.0"
