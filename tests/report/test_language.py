import copy
import dataclasses
import io
import json
from string import Formatter

import pytest
from babel.messages.mofile import write_mo

from ftkeras.config import LANGUAGES
from ftkeras.message import Message, counted, joined, message, term
from ftkeras.records.run_record import RunRecord
from ftkeras.report import language
from tests.helpers import catalogue


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def both(texts):
    return texts if isinstance(texts, list | tuple) else (texts,)


@pytest.fixture(scope="module")
def written():
    return catalogue.sentences()


@pytest.fixture(scope="module")
def known():
    return catalogue.translations()


def test_every_sentence_of_the_source_has_a_chinese_translation(written, known):
    missing = [
        f"{entry.locations[0][0]}:{entry.locations[0][1]} {entry.id!r}"
        for entry in written
        if entry.id and not ((found := known.get(entry.id)) and all(both(found.string)))
    ]
    assert missing == [], "write them into ftkeras.po, then: make catalogue"


def test_no_translation_is_left_of_a_sentence_that_is_gone(written, known):
    assert [entry.id for entry in known if entry.id and not written.get(entry.id)] == []


def test_a_translation_has_the_placeholders_of_its_sentence(known):
    wrong = [
        entry.id
        for entry in known
        if entry.id
        and any(
            placeholders(text) != placeholders(both(entry.id)[-1]) for text in both(entry.string)
        )
    ]
    assert wrong == []


def test_the_compiled_catalogue_is_that_of_the_source(known):
    fresh = io.BytesIO()
    write_mo(fresh, known)
    compiled = catalogue.PO.with_suffix(".mo").read_bytes()
    assert compiled == fresh.getvalue(), "the compiled catalogue is stale: make catalogue"


def test_the_extractor_sees_python_templates_and_messages(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.j2").write_text('{{ _("From a page: {it}", it=1) }}')
    (tmp_path / "code.py").write_text(
        '_("From {it}")\nmessage("Of a {check}")\ncounted("{count} one", "{count} many")\n'
        'N_("Kept")\nngettext("a {count}", "b {count}")\nf("Not this")\n'
    )
    found = {entry.id for entry in catalogue.sentences(tmp_path) if entry.id}
    assert found == {
        "From a page: {it}", "From {it}", "Of a {check}", ("{count} one", "{count} many"),
        "Kept", ("a {count}", "b {count}"),
    }  # fmt: skip


def test_every_language_of_the_settings_is_spoken():
    tags = []
    for name in LANGUAGES:
        with language.using(name):
            tags.append(language.tag())
            language.gettext("{items} and {last}", items="a", last="b")
    assert tags == ["en", "zh-CN"]


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="Received: name='tlh'"), language.using("tlh"):
        pass


def test_what_was_asked_for_wins_over_the_language_of_a_run():
    run = dataclasses.make_dataclass("Run", ["config"])
    with language.of(run({"language": "zh"})):
        assert language.current() == "zh"
    with language.using("en"), language.of(run({"language": "zh"})):
        assert language.current() == "en"
    with language.of(run({})):
        assert language.current() == "en"
    assert language.current() == "en"


def test_a_message_is_its_english_sentence_and_survives_copies():
    found = counted("{count} row: {rows}", "{count} rows: {rows}", count=2, rows=joined(["a", "b"]))
    assert found == "2 rows: a, b"
    for again in (copy.deepcopy(found), copy.copy(found)):
        assert (again, again.template, again.plural) == (found, found.template, found.plural)
        assert isinstance(again.values["rows"], Message)


def test_a_record_keeps_how_its_sentences_were_made(tmp_path):
    told = message("{count} of {part}", count=3, part=term("train"))
    note = joined([told, "as it is"], "; ")
    record = RunRecord(
        command="", created="", config={}, versions={}, task={}, split={}, backbone={}, passes={},
        data={"findings": [{"message": told, "action": "as it is"}]}, phases=[], measurements={},
        comparisons=[], streamed={}, test_reads=[], analyses={"x": {"note": note}},
    )  # fmt: skip
    record.write(tmp_path / "record.json")
    again = RunRecord.read(tmp_path / "record.json")
    assert again == record
    finding = again.data["findings"][0]
    assert isinstance(finding["message"], Message)
    assert not isinstance(finding["action"], Message)
    assert isinstance(finding["message"].values["part"], Message)
    assert again.analyses["x"]["note"].values["items"][0].template == "{count} of {part}"
    again.write(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "record.json").read_bytes()
    plain = json.loads((tmp_path / "record.json").read_text())
    assert plain["data"]["findings"][0]["message"] == "3 of train"
    assert plain["messages"]["3 of train"]["template"] == "{count} of {part}"


def test_a_message_is_said_with_its_parts_translated():
    found = joined([message("{items} and {last}", items=1, last=term("x")), "{as} is"], ", ")
    with language.using("zh"):
        assert language.said(found) == "1 和 x、{as} is"
    assert language.said(found) == "1 and x, {as} is"


def test_the_extractor_misses_no_call(written):
    """It does not look into the arguments of a call that it has found."""
    ids = {both(entry.id)[0] for entry in written if entry.id}
    assert catalogue.called() - ids - {""} == set()
