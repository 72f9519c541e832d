"""Blocks of published SavedModels, from the names of their variables."""

import pytest

from ftkeras.backbones.saved_model.blocks import block_names, in_order


@pytest.mark.parametrize(
    ("names", "blocks"),
    [
        # Lists shortened from the models' own.
        (["word_embeddings/embeddings", "position_embedding/embeddings", "embeddings/layer_norm/gamma",
          "transformer/layer_0/self_attention/query/kernel", "transformer/layer_1/output/kernel",
          "pooler_transform/kernel"],
         ["stem", "stem", "stem", "layer_0", "layer_1", "layer_1"]),
        (["efficientnet-b0/stem/conv2d/kernel", "efficientnet-b0/blocks_0/conv2d/kernel",
          "efficientnet-b0/blocks_10/conv2d/kernel", "efficientnet-b0/blocks_2/conv2d/kernel",
          "efficientnet-b0/head/conv2d/kernel"],
         ["stem", "blocks_0", "blocks_10", "blocks_2", "blocks_10"]),
        (["MobilenetV2/Conv/weights", "MobilenetV2/expanded_conv/depthwise/depthwise_weights",
          "MobilenetV2/expanded_conv_1/expand/weights", "MobilenetV2/Conv_1/weights"],
         ["stem", "stem", "expanded_conv_1", "expanded_conv_1"]),
        (["resnet_v2_50/conv1/weights", "resnet_v2_50/block1/unit_1/bottleneck_v2/conv1/weights",
          "resnet_v2_50/block2/unit_1/bottleneck_v2/conv1/weights", "resnet_v2_50/postnorm/gamma"],
         ["stem", "block1_unit_1", "block2_unit_1", "block2_unit_1"]),
        (["Transformer/posembed_input/pos_embedding", "Transformer/encoderblock_0/LayerNorm_0/scale",
          "Transformer/encoderblock_1/MlpBlock_3/kernel", "Transformer/encoder_norm/scale"],
         ["stem", "encoderblock_0", "encoderblock_1", "encoderblock_1"]),
        (["tf_bert/bert/embeddings/weight", "tf_bert/bert/encoder/layer_._0/output/dense/kernel",
          "tf_bert/bert/pooler/dense/kernel"],
         ["stem", "layer_._0", "layer_._0"]),
        (["block1a_dwconv/depthwise_kernel", "block2a_expand_conv/kernel", "top_conv/kernel"],
         ["block1a", "block2a", "block2a"]),
        (["embeddings"], ["weights"]),
        (["Variable", "Variable_1"], ["weights", "weights"]),
    ],
)  # fmt: skip
def test_variables_are_grouped_as_their_model_is_built(names, blocks):
    assert block_names(names) == blocks


def test_a_listing_in_alphabetical_order_changes_nothing():
    names = ["dense_head/kernel", "layer_0/kernel", "layer_1/kernel", "word_embeddings"]
    assert block_names(names) == ["layer_1", "layer_0", "layer_1", "stem"]


def test_numbers_are_sorted_as_numbers():
    assert in_order(["b_10", "b_9", "stem", "b_1"]) == ["stem", "b_1", "b_9", "b_10"]
    assert in_order(["block2a", "block1b", "block1a"]) == ["block1a", "block1b", "block2a"]
