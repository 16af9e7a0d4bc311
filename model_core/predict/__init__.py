"""From a proxy to develop settings: ONNX network and personal head. No torch."""
