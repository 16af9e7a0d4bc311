"""What is kept on disk: catalog and model versions."""
