"""Files of Pascal VOC: read as ElementTree reads them, judged object by object, and fuzzed."""

from xml.etree import ElementTree

import pytest
from hostile_files import image_bytes, outcome
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from ftkeras.contracts.box import Box
from ftkeras.data.sources import voc
from ftkeras.errors import UserError

FUZZ = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80
)


def an_object(name="cat", sides=(1, 1, 10, 20), more=""):
    told = "".join(
        f"<{side}>{value}</{side}>"
        for side, value in zip(("xmin", "ymin", "xmax", "ymax"), sides, strict=True)
    )
    return f"<object><name>{name}</name>{more}<bndbox>{told}</bndbox></object>"


def document(*objects, file="a.png"):
    return (
        f"<annotation><folder>x</folder><filename>{file}</filename>"
        f"<size><width>1</width></size>{''.join(objects)}</annotation>"
    )


@pytest.fixture
def folder(tmp_path):
    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    return tmp_path


def write(folder, content, name="a.xml"):
    (folder / name).write_text(content)
    return str(folder)


def test_boxes_are_those_that_stand_in_the_file(folder):
    parts = "<part><name>head</name><bndbox><xmin>2</xmin></bndbox></part>"
    text = document(
        an_object(), an_object("dog", (5.5, 6, 40, 30), parts), an_object("cat", (3, 3, 9, 9))
    )
    dataset = voc.build(write(folder, text))
    expected = []
    for one in ElementTree.fromstring(text).iter("object"):  # noqa: S314 - written above
        sides = [float(one.find("bndbox").findtext(x)) for x in ("xmin", "ymin", "xmax", "ymax")]
        expected.append(Box(one.findtext("name"), sides[0] - 1, sides[1] - 1, *sides[2:]))
    assert dataset.labels[0] == tuple(expected)
    assert dataset.locations.tolist() == ["a.xml"]


def test_an_image_of_another_size_than_its_boxes_are_for_is_refused(folder):
    text = document(an_object())
    sizes = {(40, 30): True, (0, 0): True, (30, 40): False, (80, 60): False}
    for (width, height), fits in sizes.items():
        said = f"<size><width>{width}</width><height>{height}</height></size>"
        path = write(folder, text.replace("<size><width>1</width></size>", said))
        if fits:
            assert len(voc.build(path)) == 1
            continue
        with pytest.raises(UserError, match=f"has 40 x 30 .* are for {width} x {height}"):
            voc.build(path)


def test_pixels_may_be_counted_from_nought(folder):
    dataset = voc.build(write(folder, document(an_object(sides=(0, 0, 10, 20)))), first_pixel=0)
    assert dataset.labels[0] == (Box("cat", 0, 0, 10, 20),)
    with pytest.raises(UserError, match="first_pixel"):
        voc.build(str(folder), first_pixel=2)


def test_images_lie_where_the_standard_has_them(tmp_path):
    for name in ("Annotations", "JPEGImages"):
        (tmp_path / name).mkdir()
    Image.new("RGB", (40, 30)).save(tmp_path / "JPEGImages" / "a.png")
    dataset = voc.build(write(tmp_path / "Annotations", document()))
    assert dataset.labels.tolist() == [()]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (document(an_object(), an_object(sides=(10, 10, 9, 20))), "object 2: its box"),
        (document(an_object(sides=(1, 1, 60, 20))), "leaves the image of 40 x 30"),
        (document(an_object(sides=("x", 1, 6, 20))), "not four finite numbers"),
        (document(an_object(sides=("nan", 1, 6, 20))), "not four finite numbers"),
        (document(an_object(name="")), "object 1: `class` is missing"),
        (document("<object></object>"), "object 1"),
        (document(file="../b.png"), "leads out"),
        (document(file="b.png"), "cannot be read"),
        ("<annotation></annotation>", "0 entries `filename`"),
        ("", "no XML"),
        ("<a><b></a>", "no XML"),
        ("<a>" * 100_000, "no XML"),
        ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><annotation>&b;</annotation>',
         "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotation/>', "document type"),
    ],
)  # fmt: skip
def test_what_is_wrong_names_file_and_object(folder, content, words):
    with pytest.raises(UserError) as error:
        voc.build(write(folder, content))
    assert "a.xml" in str(error.value)
    assert words in str(error.value)


def test_entities_do_not_unfold(folder):
    levels = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "lol">' for n in range(12)
    )
    text = f"<!DOCTYPE a [{levels}]><annotation><filename>&l11;</filename></annotation>"
    with pytest.raises(UserError, match="document type"):
        voc.build(write(folder, text))


def test_files_that_are_wrong_can_be_left_out(folder):
    write(folder, document(an_object()))
    dataset = voc.build(write(folder, "<a>", "b.xml"), on_bad_row="skip")
    assert dataset.locations.tolist() == ["a.xml"]
    assert [row.location for row in dataset.rejected] == ["b.xml"]
    with pytest.raises(UserError, match="with none"):
        (folder / "empty").mkdir()
        voc.build(str(folder / "empty"))
    with pytest.raises(UserError, match="to be a folder"):
        voc.build(str(folder / "nowhere"))


PIECES = st.sampled_from(
    ["<annotation>", "</annotation>", "<object>", "</object>", "<name>", "</name>", "<bndbox>",
     "</bndbox>", "<xmin>1</xmin>", "<ymin>1</ymin>", "<xmax>9</xmax>", "<ymax>9</ymax>", "cat",
     "<filename>a.png</filename>", "<!-- -->", "&amp;", "&x;", "<![CDATA[1]]>", "\0", "1e999"]
)  # fmt: skip


@FUZZ
@given(pieces=st.lists(PIECES, max_size=24), policy=st.sampled_from(["error", "skip"]))
@example(pieces=["<annotation>", "<filename>a.png</filename>", "</annotation>"], policy="error")
def test_any_pieces_as_voc(tmp_path, pieces, policy):
    (tmp_path / "a.png").write_bytes(image_bytes("PNG"))
    (tmp_path / "a.xml").write_text("".join(pieces))
    outcome(voc.build, str(tmp_path), on_bad_row=policy)


@FUZZ
@given(data=st.binary(max_size=120))
@example(data=b'<?xml version="1.0" encoding="utf-7"?><annotation/>')
@example(data=b'<?xml version="1.0" encoding="nonsense"?><annotation/>')
def test_any_bytes_as_voc(tmp_path, data):
    (tmp_path / "a.xml").write_bytes(data)
    outcome(voc.build, str(tmp_path), named="a.xml")
