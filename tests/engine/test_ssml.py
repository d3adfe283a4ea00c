from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ssml import TAGS, SsmlError, plain_ssml


def test_tags_that_change_the_voice_are_kept_with_their_attributes() -> None:
    text = 'One <break time="300ms"/> <prosody rate="slow">two</prosody> &amp; three'
    assert plain_ssml(f"<speak>{text}</speak>") == (
        '<speak>One <break time="300ms"></break> <prosody rate="slow">two</prosody>'
        " &amp; three</speak>"
    )


def test_a_text_without_the_speak_tag_gets_one() -> None:
    assert plain_ssml("hello") == "<speak>hello</speak>"


@pytest.mark.parametrize(
    "text",
    [
        '<audio src="/etc/passwd; reboot"/>',
        '<AUDIO SRC="x"/>',
        '<break time="1s" src="x"/><audio\n src="x">other</audio>',
        '<speak xml:base="/etc"><audio src="passwd"></audio></speak>',
        '<!-- <audio src="x"/> -->',
        '<img src="x"/><metadata>a</metadata>',
    ],
)
def test_nothing_that_names_a_file_gets_through(text: str) -> None:
    assert "<audio" not in plain_ssml(text).lower()
    assert 'src="' not in plain_ssml(text)
    assert "base" not in plain_ssml(text)


def test_what_was_text_stays_text() -> None:
    assert plain_ssml("<![CDATA[<audio/>]]>") == "<speak>&lt;audio/&gt;</speak>"
    alias = '<speak><sub alias="&lt;audio/&gt;">y</sub></speak>'
    assert plain_ssml(alias) == alias


def test_of_an_unknown_tag_the_content_is_spoken() -> None:
    text = '<amazon:effect name="whispered">psst</amazon:effect> <audio src="x">or else</audio>'
    assert plain_ssml(text) == "<speak>psst or else</speak>"


@pytest.mark.parametrize(
    "text",
    [
        "fish & chips",
        "<break>",
        "</speak><audio src='x'/><speak>",
        '<!DOCTYPE a [<!ENTITY b "c">]><speak>&b;</speak>',
        "&b;",
        "\0",
    ],
)
def test_what_is_not_well_formed_or_brings_entities_is_refused(text: str) -> None:
    with pytest.raises(SsmlError, match="not well-formed"):
        plain_ssml(text)


@given(st.text(alphabet=st.sampled_from("<>/&;\"'= audiosrcbk!-[]\ud800\n")))
def test_whatever_comes_in_only_known_tags_come_out(text: str) -> None:
    try:
        safe = plain_ssml(text)
    except SsmlError:
        return
    tags = {part.split(">")[0].split()[0].strip("/") for part in safe.split("<")[1:]}
    assert tags <= {"speak", *TAGS}
