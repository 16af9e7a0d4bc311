"""Training with torch: the base model, adapters, the gate. The only importer of torch."""
