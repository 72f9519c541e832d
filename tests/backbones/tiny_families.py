"""One small random model of every family of KerasHub that gives features of texts or images."""

import keras_hub
from keras_hub.src.models.clip.clip_text_encoder import CLIPTextEncoder
from keras_hub.src.models.clip.clip_vision_encoder import CLIPVisionEncoder
from keras_hub.src.models.siglip.siglip_text_encoder import SigLIPTextEncoder
from keras_hub.src.models.siglip.siglip_vision_encoder import SigLIPVisionEncoder

MODELS = keras_hub.models
ENCODER = {"num_layers": 3, "num_heads": 2, "hidden_dim": 8, "intermediate_dim": 16}
LENGTH = {"max_sequence_length": 16}
DECODER = {
    "vocabulary_size": 20,
    "num_layers": 3,
    "num_query_heads": 2,
    "num_key_value_heads": 1,
    "hidden_dim": 8,
    "intermediate_dim": 16,
}
LAYERED = {"vocabulary_size": 20, **ENCODER}
IMAGE = (32, 32, 3)

GEMMA_HALF = {
    "hidden_dim": 8,
    "intermediate_dim": 16,
    "num_layers": 3,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 4,
    "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
}
GEMMA_HALVES = {
    "vocabulary_size": 20,
    "sliding_window": 4,
    **{f"{half}_{name}": x for half in ("encoder", "decoder") for name, x in GEMMA_HALF.items()},
}

ENCODERS = {
    "albert": lambda: MODELS.AlbertBackbone(**LAYERED, **LENGTH, embedding_dim=4, num_groups=3),
    "bart": lambda: MODELS.BartBackbone(**LAYERED, **LENGTH),
    "bert": lambda: MODELS.BertBackbone(**LAYERED, **LENGTH),
    "deberta_v3": lambda: MODELS.DebertaV3Backbone(**LAYERED, **LENGTH, bucket_size=4),
    "distil_bert": lambda: MODELS.DistilBertBackbone(**LAYERED, **LENGTH),
    "electra": lambda: MODELS.ElectraBackbone(vocab_size=20, embedding_dim=4, **ENCODER, **LENGTH),
    "esm": lambda: MODELS.ESMBackbone(**LAYERED, **LENGTH),
    "f_net": lambda: MODELS.FNetBackbone(
        vocabulary_size=20, num_layers=3, hidden_dim=8, intermediate_dim=16, **LENGTH
    ),
    "t5gemma": lambda: MODELS.T5GemmaBackbone(**GEMMA_HALVES),
    "t5gemma2": lambda: MODELS.T5Gemma2Backbone(**GEMMA_HALVES),
    "roberta": lambda: MODELS.RobertaBackbone(**LAYERED, **LENGTH),
    "roformer_v2": lambda: MODELS.RoformerV2Backbone(**LAYERED, head_size=4),
    "t5": lambda: MODELS.T5Backbone(**LAYERED),
    "xlm_roberta": lambda: MODELS.XLMRobertaBackbone(**LAYERED, **LENGTH),
}
LINEAR_ATTENTION = {
    "head_dim": 4,
    "partial_rotary_factor": 0.5,
    "layer_types": ["linear_attention", "full_attention", "linear_attention"],
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 2,
    "linear_key_head_dim": 4,
    "linear_value_head_dim": 4,
    "linear_conv_kernel_dim": 2,
}
DECODERS = {
    "bloom": lambda: MODELS.BloomBackbone(**LAYERED),
    "falcon": lambda: MODELS.FalconBackbone(
        vocabulary_size=20, num_layers=3, num_attention_heads=2, hidden_dim=8, intermediate_dim=16
    ),
    "gemma": lambda: MODELS.GemmaBackbone(**DECODER, head_dim=4),
    "gemma3": lambda: MODELS.Gemma3Backbone(**DECODER, head_dim=4, image_size=16),
    "gpt2": lambda: MODELS.GPT2Backbone(**LAYERED, **LENGTH),
    "gpt_neo_x": lambda: MODELS.GPTNeoXBackbone(**LAYERED, **LENGTH, rotary_percentage=0.5),
    "gpt_oss": lambda: MODELS.GptOssBackbone(**DECODER, num_experts=2),
    "llama": lambda: MODELS.LlamaBackbone(**DECODER),
    "llama3": lambda: MODELS.Llama3Backbone(**DECODER),
    "mistral": lambda: MODELS.MistralBackbone(**DECODER),
    "mixtral": lambda: MODELS.MixtralBackbone(**DECODER, num_experts=2),
    "opt": lambda: MODELS.OPTBackbone(**LAYERED, **LENGTH),
    "phi3": lambda: MODELS.Phi3Backbone(**DECODER),
    "qwen": lambda: MODELS.QwenBackbone(**DECODER),
    "qwen3_5": lambda: MODELS.Qwen3_5Backbone(**DECODER, **LINEAR_ATTENTION),
    "qwen3_5_moe": lambda: MODELS.Qwen3_5MoeBackbone(
        **{key: value for key, value in DECODER.items() if key != "intermediate_dim"},
        moe_intermediate_dim=8,
        shared_expert_intermediate_size=8,
        num_experts=3,
        top_k=2,
        **LINEAR_ATTENTION,
    ),
    "qwen3_moe": lambda: MODELS.Qwen3MoeBackbone(
        **DECODER, head_dim=4, moe_intermediate_dim=8, num_experts=3, top_k=2
    ),
    "qwen_moe": lambda: MODELS.QwenMoeBackbone(
        **DECODER,
        moe_intermediate_dim=8,
        shared_expert_intermediate_dim=8,
        num_experts=3,
        top_k=2,
    ),
    "rwkv7": lambda: MODELS.RWKV7Backbone(
        hidden_size=8,
        head_size=4,
        num_layers=3,
        vocabulary_size=20,
        intermediate_dim=16,
        gate_lora=4,
        mv_lora=4,
        aaa_lora=4,
        decay_lora=4,
    ),
    "qwen3": lambda: MODELS.Qwen3Backbone(**DECODER, head_dim=4),
    "smollm3": lambda: MODELS.SmolLM3Backbone(
        vocabulary_size=20,
        hidden_dim=8,
        intermediate_dim=16,
        num_layers=3,
        num_attention_heads=2,
        num_key_value_heads=1,
        attention_bias=False,
        attention_dropout=0.0,
        rope_layer_enabled_list=[True, True, False],
        layer_types=["full_attention"] * 3,
        mlp_bias=False,
        layer_norm_epsilon=1e-5,
        max_position_embeddings=16,
        rope_theta=10000.0,
        partial_rotary_factor=1.0,
    ),
}
# KerasHub lets the tokens of two attend to padding, and the third end in scores of the vocabulary.
REBUILT = {
    **{name: ENCODERS[name] for name in ("esm", "roformer_v2")},
    "rwkv7": DECODERS["rwkv7"],
}
# KerasHub mixes up the texts of a batch.
MIXED_UP = lambda: MODELS.XLNetBackbone(**LAYERED)  # noqa: E731 - as its neighbours in the tables
VIT = {"patch_size": 8, "num_layers": 3, "num_heads": 2, "hidden_dim": 8, "image_shape": IMAGE}
WORDS = {
    "vocabulary_size": 9,
    "embedding_dim": 8,
    "num_layers": 1,
    "num_heads": 2,
    "hidden_dim": 8,
    "intermediate_dim": 16,
    "max_sequence_length": 8,
}
VISION = {
    "clip": lambda: MODELS.CLIPBackbone(
        CLIPVisionEncoder(**VIT, intermediate_dim=16, name="vision"),
        CLIPTextEncoder(**WORDS, name="text"),
        projection_dim=8,
    ),
    "siglip": lambda: MODELS.SigLIPBackbone(
        SigLIPVisionEncoder(**VIT, intermediate_dim=16, name="vision"),
        SigLIPTextEncoder(**WORDS, name="text"),
    ),
    "deit": lambda: MODELS.DeiTBackbone(**{**VIT, "image_shape": IMAGE}, intermediate_dim=16),
    "dinov2": lambda: MODELS.DINOV2Backbone(
        **VIT, intermediate_dim=16, num_register_tokens=2, position_embedding_shape=IMAGE
    ),
    "dinov3": lambda: MODELS.DINOV3Backbone(**VIT, intermediate_dim=16),
    "vit": lambda: MODELS.ViTBackbone(**VIT, mlp_dim=16),
}
CONVOLUTIONAL = {
    "csp_net": lambda: MODELS.CSPNetBackbone(
        stem_filters=8,
        stem_kernel_size=3,
        stem_strides=2,
        stackwise_depth=[1, 1, 1],
        stackwise_strides=[1, 2, 2],
        stackwise_num_filters=[8, 8, 16],
        stage_type="dark",
        block_type="dark_block",
    ),
    "densenet": lambda: MODELS.DenseNetBackbone(stackwise_num_repeats=[2, 2, 2], growth_rate=4),
    "efficientnet": lambda: MODELS.EfficientNetBackbone(
        stackwise_width_coefficients=[0.2] * 3,
        stackwise_depth_coefficients=[1.0] * 3,
        stackwise_force_input_filters=[0] * 3,
        stackwise_nores_option=[False] * 3,
        stackwise_kernel_sizes=[3, 3, 5],
        stackwise_num_repeats=[1, 2, 1],
        stackwise_input_filters=[32, 16, 24],
        stackwise_output_filters=[16, 24, 40],
        stackwise_expansion_ratios=[1, 6, 6],
        stackwise_strides=[1, 2, 2],
        stackwise_squeeze_and_excite_ratios=[0.25] * 3,
        stackwise_block_types=["v1"] * 3,
        min_depth=8,
    ),
    "hgnetv2": lambda: MODELS.HGNetV2Backbone(
        depths=[1, 1],
        embedding_size=8,
        hidden_sizes=[8, 16],
        stem_channels=[3, 8, 8],
        hidden_act="relu",
        use_learnable_affine_block=False,
        stackwise_stage_filters=[[8, 8, 8, 1, 2, 3], [8, 8, 16, 1, 2, 3]],
        apply_downsample=[False, True],
        use_lightweight_conv_block=[False, False],
    ),
    "mit": lambda: MODELS.MiTBackbone(
        layerwise_depths=[1, 1],
        num_layers=2,
        layerwise_num_heads=[1, 2],
        layerwise_sr_ratios=[2, 1],
        max_drop_path_rate=0.1,
        layerwise_patch_sizes=[7, 3],
        layerwise_strides=[4, 2],
        image_shape=IMAGE,
        hidden_dims=[8, 16],
    ),
    "mobilenet": lambda: MODELS.MobileNetBackbone(
        stackwise_expansion=[[8], [8, 16]],
        stackwise_num_blocks=[1, 2],
        stackwise_num_filters=[[8], [8, 8]],
        stackwise_kernel_size=[[3], [3, 3]],
        stackwise_num_strides=[[2], [2, 1]],
        stackwise_se_ratio=[[0.25], [None, 0.25]],
        stackwise_activation=[["relu"], ["hard_swish", "hard_swish"]],
        stackwise_padding=[[1], [1, 1]],
        output_num_filters=16,
        depthwise_filters=8,
        depthwise_stride=1,
        depthwise_residual=False,
        last_layer_filter=16,
        input_num_filters=8,
    ),
    "mobilenetv5": lambda: MODELS.MobileNetV5Backbone(
        stackwise_block_types=[["er"], ["uir", "uir"], ["uir", "mqa"]],
        stackwise_num_blocks=[1, 2, 2],
        stackwise_num_filters=[[8], [16, 16], [16, 16]],
        stackwise_strides=[[2], [2, 1], [2, 1]],
        stackwise_act_layers=[["relu"], ["relu", "relu"], ["gelu", "gelu"]],
        stackwise_exp_ratios=[[4.0], [2.0, 2.0], [2.0, 1.0]],
        stackwise_se_ratios=[[0.0], [0.0, 0.0], [0.0, 0.0]],
        stackwise_dw_kernel_sizes=[[0], [5, 5], [3, 0]],
        stackwise_dw_start_kernel_sizes=[[0], [0, 0], [0, 0]],
        stackwise_dw_end_kernel_sizes=[[0], [0, 0], [0, 0]],
        stackwise_exp_kernel_sizes=[[3], [0, 0], [0, 0]],
        stackwise_pw_kernel_sizes=[[1], [0, 0], [0, 0]],
        stackwise_num_heads=[[0], [0, 0], [0, 2]],
        stackwise_key_dims=[[0], [0, 0], [0, 4]],
        stackwise_value_dims=[[0], [0, 0], [0, 4]],
        stackwise_kv_strides=[[0], [0, 0], [0, 1]],
        stackwise_use_cpe=[[False], [False, False], [False, False]],
        stem_size=8,
        use_msfa=False,
    ),
    "resnet": lambda: MODELS.ResNetBackbone(
        input_conv_filters=[64],
        input_conv_kernel_sizes=[7],
        stackwise_num_filters=[64, 8, 16],
        stackwise_num_blocks=[2, 2, 1],
        stackwise_num_strides=[1, 2, 2],
        block_type="basic_block",
    ),
    "swin_transformer": lambda: MODELS.SwinTransformerBackbone(
        image_shape=(64, 64, 3), embed_dim=8, depths=[2, 2], num_heads=[2, 2], window_size=4
    ),
    "vgg": lambda: MODELS.VGGBackbone(stackwise_num_repeats=[1, 2], stackwise_num_filters=[4, 8]),
    "xception": lambda: MODELS.XceptionBackbone(
        stackwise_conv_filters=[[4, 8], [8, 16, 16], [8, 16, 16]],
        stackwise_pooling=[True, True, False],
    ),
}
# Names that stand for a class above, or for what is no extractor of one text or one image; audio
# has its own file of tests.
ALIASES = ("ESM2Backbone", "Qwen2Backbone", "SmolLMBackbone")
REFUSED = ("XLNetBackbone",)
# It reads the items that somebody bought: there is no tokenizer, and so no text.
READS_ITEMS = ("EdRecBackbone",)
ABSTRACT = ("Backbone", "FeaturePyramidBackbone")
AUDIO = ("MoonshineBackbone", "WhisperBackbone")
SEVERAL_INPUTS = (
    *("BLIP2Backbone", "Gemma3nBackbone", "Gemma4Backbone", "PaliGemmaBackbone", "PARSeqBackbone"),
    *("SAM3PromptableConceptBackbone", "SAMBackbone", "VideoPrismBackbone", "MetaCLIP2Backbone"),
)
DENSE_OUTPUTS = (
    *("BASNetBackbone", "DFineBackbone", "DeepLabV3Backbone", "DepthAnythingBackbone"),
    *("RetinaNetBackbone", "SegFormerBackbone", "ViTDetBackbone"),
)
MAKERS_OF_IMAGES = ("FluxBackbone", "StableDiffusion3Backbone")
