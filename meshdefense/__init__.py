"""The node daemon of MeshDefense and its command line."""

__version__ = "0.1.0"
