"""Keras layers in a backbone's graph; importing this makes saved models loadable in safe mode."""

from ftkeras.backbones.layers.class_token import ClassToken
from ftkeras.backbones.layers.feature_levels import FeatureLevels
from ftkeras.backbones.layers.first_tokens import FirstTokens
from ftkeras.backbones.layers.items_to_lists import ItemsToLists
from ftkeras.backbones.layers.last_token import LastToken
from ftkeras.backbones.layers.lists_to_items import ListsToItems
from ftkeras.backbones.layers.masked_group_normalization import MaskedGroupNormalization
from ftkeras.backbones.layers.mean_pooling import MeanPooling
from ftkeras.backbones.layers.patch_grid import PatchGrid
from ftkeras.backbones.layers.reversed_channels import ReversedChannels
from ftkeras.backbones.layers.rotary_angles import RotaryAngles
from ftkeras.backbones.layers.rotary_attention import RotaryAttention
from ftkeras.backbones.layers.rotary_block import RotaryBlock
from ftkeras.backbones.layers.rwkv_block import RwkvBlock
from ftkeras.backbones.layers.saved_model_backbone import SavedModelBackbone
from ftkeras.backbones.layers.xlnet_block import XlnetBlock
from ftkeras.backbones.layers.xlnet_places import XlnetPlaces

__all__ = [
    "ClassToken",
    "FeatureLevels",
    "FirstTokens",
    "ItemsToLists",
    "LastToken",
    "ListsToItems",
    "MaskedGroupNormalization",
    "MeanPooling",
    "PatchGrid",
    "ReversedChannels",
    "RotaryAngles",
    "RotaryAttention",
    "RotaryBlock",
    "RwkvBlock",
    "SavedModelBackbone",
    "XlnetBlock",
    "XlnetPlaces",
]
