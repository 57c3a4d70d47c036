"""What a file is by its bytes, how it is called, what may be taken; and pictures drawn anew, nasty ones refused."""

import struct
import zlib
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from nestor.media.pictures import LONGEST, SMALL, redrawn
from nestor.media.rules import (
    ENDINGS,
    HEAD,
    MEDIA_TYPES,
    MOST_ALT,
    MOST_NAME,
    BadFile,
    Format,
    Taken,
    alt_of,
    checked_format,
    megabytes,
    name_of,
    narrowed,
    told_by,
)
from nestor.networks.contract import Limits
from tests.desk.pictures import moving, photograph, picture

EVERY = Taken(4, frozenset(Format), 10_000_000, 50_000_000, 10_000_000)
LIMITS = Limits(300, "graphemes", "test", "2026-11-28", images=2, alt=100, media_types=("image/png",), file_bytes=1000)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def refused(content: bytes, taken: Taken = EVERY) -> str:
    with pytest.raises(BadFile) as no:
        redrawn(content, checked_format(content, taken), taken.most_pixels, taken.fits)
    return no.value.code


def drawn(content: bytes, most_pixels: int = EVERY.most_pixels, fits: int = EVERY.fits) -> Any:
    return redrawn(content, checked_format(content, EVERY), most_pixels, fits)


def outcome(content: bytes) -> str:
    """Return why bytes are refused, "" where they are drawn; anything else that happens is a failure of the test."""
    try:
        drawn(content)
    except BadFile as no:
        return no.code
    return ""


def seen(content: bytes) -> Any:
    return Image.open(BytesIO(content))


# -- bytes


@pytest.mark.parametrize("kind", list(Format))
def test_a_picture_is_told_by_its_bytes(kind: Format) -> None:
    assert told_by(picture(kind.value.upper())[:HEAD]) is kind
    assert told_by(picture(kind.value.upper())[1 : HEAD + 1]) is None


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"%PDF-1.7\n",
        b"<html><script>alert(1)</script>",
        b"GIF90a",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"\x89PNG\n",
        b"MZ\x90\x00",
        b"PK\x03\x04",
        b"\x00\x00\x00\x18ftypheic",
        b" \xff\xd8\xff",
    ],
)
def test_what_is_no_picture_is_refused_by_its_bytes(content: bytes) -> None:
    assert refused(content) == "type"


@given(st.binary(max_size=200))
def test_no_bytes_are_taken_that_are_no_picture(content: bytes) -> None:
    """Whatever comes, it is refused with a code or drawn anew; nothing else ever happens."""
    assert outcome(content) in {"", "empty", "type", "broken", "pixels"}


@pytest.mark.parametrize("kind", list(Format))
@given(garbage=st.binary(max_size=300))
def test_a_beginning_alone_makes_no_picture(kind: Format, garbage: bytes) -> None:
    beginning = picture(kind.value.upper())[:HEAD]
    assert outcome(beginning + garbage) in {"", "broken", "pixels"}


def test_nothing_is_refused() -> None:
    assert refused(b"") == "empty"


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_what_is_too_big_is_refused_before_it_is_looked_at(size: int, most: int) -> None:
    taken = Taken(4, frozenset(Format), most, 10, most)
    if size == 0:
        assert refused(b"", taken) == "empty"
    elif size > most:
        assert refused(b"x" * size, taken) == "too_big"
    else:
        assert refused(b"x" * size, taken) == "type"


def test_a_kind_that_is_not_wanted_is_refused() -> None:
    taken = replace(EVERY, formats=frozenset({Format.PNG}))
    assert refused(picture("JPEG"), taken) == "type"


@given(st.integers(0, 10**9))
def test_megabytes_are_never_said_too_small(count: int) -> None:
    assert float(megabytes(count)) * 1_000_000 >= count
    assert float(megabytes(count)) * 1_000_000 - count < 100_000 or count == 0


# -- names and descriptions


@given(st.text(max_size=300), st.sampled_from(Format))
@example("a" * 100_000, Format.PNG)
@example("../../etc/passwd", Format.PNG)
@example("C:\\Users\\bob\\plan.jpeg.exe", Format.JPEG)
@example("\u202egpj.exe", Format.JPEG)
@example("a\x00b.png\r\nSet-Cookie: x", Format.PNG)
@example(".htaccess", Format.GIF)
@example("...", Format.GIF)
@example("\ud800.png", Format.PNG)
def test_a_name_is_one_line_of_what_is_seen_with_the_right_ending(given_name: str, kind: Format) -> None:
    name = name_of(given_name, kind)
    assert name.endswith("." + ENDINGS[kind])
    assert 1 <= len(name) - len(ENDINGS[kind]) - 1 <= MOST_NAME
    assert not set(name) & set("/\\\x00\r\n\t\u202e\u200b")
    assert not name.startswith((".", " "))
    name.encode()


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("La gare.JPG", "La gare.png"),
        ("photo", "photo.png"),
        ("", "file.png"),
        ("archive.tar.gz", "archive.tar.png"),
        ("C:\\plans\\nord.bmp", "nord.png"),
        ("été  à   la gare.png", "été à la gare.png"),
    ],
)
def test_how_files_are_called(given_name: str, kept: str) -> None:
    assert name_of(given_name, Format.PNG) == kept


@given(st.text(max_size=4 * MOST_ALT))
def test_a_description_is_one_line(given_alt: str) -> None:
    alt = alt_of(given_alt)
    assert len(alt) <= MOST_ALT
    assert len(alt.splitlines()) <= 1
    assert "\x00" not in alt
    assert alt_of(alt) == alt.strip()


# -- what a network takes


def test_a_network_narrows_what_the_desk_takes() -> None:
    found = narrowed(EVERY, LIMITS)
    assert found == Taken(2, frozenset({Format.PNG}), EVERY.most_bytes, EVERY.most_pixels, 1000, 100)
    assert found is not None
    assert found.accept == "image/png"


@pytest.mark.parametrize(
    "limits",
    [
        None,
        Limits(None, "characters", "test", "2026-11-28"),
        Limits(None, "characters", "test", "2026-11-28", images=4),  # a connector written before files went out
        Limits(None, "characters", "test", "2026-11-28", media_types=("image/png",)),
        Limits(None, "characters", "test", "2026-11-28", images=4, media_types=("video/mp4",)),
    ],
)
def test_where_nothing_is_said_nothing_is_taken(limits: Limits | None) -> None:
    assert narrowed(EVERY, limits) is None


# -- pictures drawn anew


def test_place_artist_and_comment_do_not_survive_and_it_stands_upright() -> None:
    content = photograph("zanzibar")
    before = seen(content)
    assert before.getexif().get_ifd(0x8825)
    assert b"zanzibar" in content
    found = drawn(content)
    after = seen(found.content)
    assert (found.width, found.height) == after.size == (40, 60)
    assert not after.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(after.info)
    assert b"zanzibar" not in found.content
    assert b"zanzibar" not in found.small


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "JPEG"])
def test_nothing_said_beside_the_pixels_survives(kind: str) -> None:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "zanzibar"
    plain = Image.new("RGB", (9, 9), "teal")
    plain.info["comment"] = b"zanzibar"
    how: dict[str, Any] = {} if kind == "GIF" else {"exif": exif, "xmp": b"<x:xmpmeta>zanzibar</x:xmpmeta>"}
    plain.save(out, kind, **how)
    assert b"zanzibar" in out.getvalue()
    found = drawn(out.getvalue())
    assert b"zanzibar" not in found.content + found.small


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_what_hangs_behind_a_picture_is_left_behind(kind: str) -> None:
    """A polyglot: a picture for one reader, a page or an archive for another."""
    for hidden in (b"<script>alert(1)</script>", b"PK\x05\x06" + bytes(18), b"%PDF-1.4 /JS (app.alert(1))"):
        assert outcome(picture(kind) + hidden) in {"", "broken"}
        with suppress(BadFile):
            assert hidden not in drawn(picture(kind) + hidden).content


def test_a_picture_that_is_a_script_too_keeps_no_script() -> None:
    """GIF whose size reads as the beginning of a comment, with JavaScript behind its end."""
    script = b"*/=1;alert(1);//"
    found = drawn(picture("GIF", size=(0x2A2F, 2)) + script)
    assert script not in found.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_is_cut_short_is_refused(kind: str) -> None:
    noise = Image.effect_noise((200, 200), 90).convert("RGB")
    out = BytesIO()
    noise.save(out, kind)
    content = out.getvalue()
    for share in (0.2, 0.5, 0.9):
        assert refused(content[: int(len(content) * share)]) == "broken"


def bomb(width: int, height: int) -> bytes:
    """Return a PNG that says it is that large; its pixels are a few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(50_000, 50_000), (2_000_000, 30), (10_001, 5_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_before_it_goes_off(size: tuple[int, int]) -> None:
    assert refused(bomb(*size)) in {"pixels", "broken"}


def test_all_frames_count() -> None:
    found = drawn(moving(10, (20, 10)), most_pixels=2000)
    assert getattr(seen(found.content), "n_frames", 1) == 10
    with pytest.raises(BadFile) as no:
        drawn(moving(11, (20, 10)), most_pixels=2000)
    assert no.value.code == "pixels"


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_what_moves_goes_on_moving(kind: str) -> None:
    after = seen(drawn(moving(3, kind=kind)).content)
    assert (after.format, getattr(after, "n_frames", 1), after.size) == (kind, 3, (20, 10))
    assert after.info.get("loop") == 0
    after.seek(1)
    after.load()
    assert after.info["duration"] == 120


def test_what_is_huge_is_made_smaller_in_its_proportions() -> None:
    found = drawn(picture("JPEG", size=(LONGEST * 2, 1000)))
    assert (found.width, found.height) == (LONGEST, 500)
    assert max(seen(found.small).size) == SMALL


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_is_made_to_fit_where_the_network_takes_less(kind: str) -> None:
    out = BytesIO()
    Image.effect_noise((900, 600), 90).convert("RGB").save(out, kind, quality=95)
    content = out.getvalue()
    assert len(content) > 100_000
    found = drawn(content, fits=60_000)
    assert len(found.content) <= 60_000
    assert seen(found.content).size == (found.width, found.height)
    assert abs(found.width / found.height - 1.5) < 0.02
    assert found.width > 100, "no smaller than it must be"


def test_what_cannot_be_made_to_fit_is_refused() -> None:
    for content, fits in ((picture("PNG"), 10), (moving(20, (60, 60)), 300)):
        with pytest.raises(BadFile) as no:
            drawn(content, fits=fits)
        assert no.value.code == "too_big"


def test_colours_of_a_printer_become_those_of_a_screen() -> None:
    out = BytesIO()
    Image.new("CMYK", (9, 9), (0, 255, 255, 0)).save(out, "JPEG")
    assert seen(drawn(out.getvalue()).content).mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_drawn(mode: str) -> None:
    out = BytesIO()
    Image.new(mode, (9, 9)).save(out, "PNG")
    found = drawn(out.getvalue())
    assert seen(found.content).size == (9, 9)
    assert seen(found.small).format == "WEBP"


def test_what_is_clear_stays_clear() -> None:
    after = seen(drawn(picture("PNG", tint="#00000000")).content).convert("RGBA")
    assert after.getpixel((0, 0))[3] == 0


def test_types_and_endings_are_known_for_all() -> None:
    assert set(MEDIA_TYPES) == set(ENDINGS) == set(Format)
