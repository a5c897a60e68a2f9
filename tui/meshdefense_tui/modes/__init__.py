"""The nine modes of the operations screen."""
