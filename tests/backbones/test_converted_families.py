"""Which families in the layouts of Hugging Face and timm were compared with their originals."""

import ast
import inspect
import textwrap

from keras_hub.src.utils.timm.preset_loader import TimmPresetLoader
from keras_hub.src.utils.transformers.preset_loader import TransformersPresetLoader

from tests.backbones import test_families_slow, test_hugging_face_slow, test_timm_slow
from tests.backbones import test_transformers_text_slow as test_text

# Compared with transformers by the slow tests: their states agree.
COMPARED = {
    *test_families_slow.FAMILIES,
    *test_hugging_face_slow.DECODERS,
    *test_hugging_face_slow.EYES,
    *test_hugging_face_slow.HALVES,
    *("bart", "esm"),
}
# KerasHub has no loader of them; ours are compared too.
OURS = {"whisper", "moonshine", "xlnet"}
# They read more than one text, one picture or one sound, and are refused with these words.
SEVERAL_INPUTS = {
    *("blip-2", "gemma3n", "gemma4", "gemma4_text", "gemma4_assistant", "metaclip_2", "paligemma"),
    "sam3_video",
}
# KerasHub's own loader is taken as it is: nobody compared it here.
UNTRIED = {
    "gpt_oss": "its checkpoints hold the experts in 4 bits, which transformers cannot draw anew",
    "t5gemma2": "its encoder has eyes, and T5Gemma stands for the rest",
}


def names_in(loader):
    tree = ast.parse(textwrap.dedent(inspect.getsource(loader.__init__)))
    tests = [node.test for node in ast.walk(tree) if isinstance(node, ast.If)]
    found = [node for test in tests for node in ast.walk(test) if isinstance(node, ast.Constant)]
    return {node.value for node in found}


def test_every_converted_family_was_compared_or_is_named_here():
    assert names_in(TransformersPresetLoader) - COMPARED == SEVERAL_INPUTS | set(UNTRIED)
    assert not OURS & names_in(TransformersPresetLoader)
    assert test_text.XLNET


def test_every_converted_network_of_timm_was_compared():
    tried = test_timm_slow.ARCHITECTURES
    untried = {
        start for start in names_in(TimmPresetLoader) if not any(a.startswith(start) for a in tried)
    }
    assert untried == {"mobilenetv5"}  # the eyes of Gemma 3n
