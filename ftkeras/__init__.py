"""Fine-tune pretrained backbones with Keras 3 and judge the result honestly."""
