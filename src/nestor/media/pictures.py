"""Pictures, drawn anew: what leaves here holds pixels and nothing else. All decoding is Pillow's."""

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, ImageOps, ImageSequence

from nestor.media.rules import BadFile, Format, megabytes

LONGEST = 4096  # pixels of the longer side; what is larger is made smaller
TRIES = 6  # at making a picture fit
SMALL = 480  # of what is shown on the desk's own pages
HARDEST = 100_000_000  # pixels Pillow itself refuses beyond, also in frames larger than the picture says it is
KEPT = frozenset({"transparency", "duration", "loop", "background"})  # what Pillow may remember of a picture

Image.MAX_IMAGE_PIXELS = HARDEST
warnings.simplefilter("error", Image.DecompressionBombWarning)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept, and a small one of it (WebP) for the desk's own pages."""

    content: bytes
    small: bytes
    width: int
    height: int


def redrawn(content: bytes, kind: Format, most_pixels: int, fits: int) -> Picture:
    """Return a picture drawn anew from its pixels, upright, without metadata, in at most `fits` bytes; raise `BadFile`.

    `most_pixels` counts all frames together, and is asked before any is drawn. A still picture is made smaller until it
    fits; one that moves does, or is refused.
    """
    try:
        with Image.open(BytesIO(content), formats=(kind.value.upper(),)) as seen:
            if seen.width * seen.height > most_pixels:
                raise BadFile("pixels", most=str(most_pixels // 1_000_000))
            is_moving = kind in (Format.GIF, Format.WEBP) and bool(getattr(seen, "is_animated", False))
            return _moving(seen, kind, most_pixels, fits) if is_moving else _still(seen, kind, fits)
    except BadFile:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadFile("pixels", most=str(most_pixels // 1_000_000)) from None
    except Exception:  # noqa: BLE001  whatever a decoder stumbles over, the file is broken
        raise BadFile("broken") from None


def _still(seen: Any, kind: Format, fits: int) -> Picture:
    if kind is Format.JPEG:
        seen.draft(None, (LONGEST, LONGEST))  # a huge photograph is decoded at a fraction of its size
    seen.load()
    picture = _plain(_in_srgb(ImageOps.exif_transpose(seen)))
    if kind is Format.JPEG and picture.mode not in ("L", "RGB"):
        picture = picture.convert("RGB")
    picture.thumbnail((LONGEST, LONGEST))
    how: dict[str, Any] = {"quality": 90} if kind is not Format.PNG else {"optimize": False}
    for _ in range(TRIES):
        content = _saved(picture, kind, **how)
        if len(content) <= fits:
            return Picture(content, _small(picture), picture.width, picture.height)
        share = min(0.9, 0.95 * (fits / len(content)) ** 0.5)  # bytes go about with the square of the sides
        picture = picture.resize((max(1, int(picture.width * share)), max(1, int(picture.height * share))))
    raise _too_big(content, fits)


def _too_big(content: bytes, fits: int) -> BadFile:
    return BadFile("too_big", found=megabytes(len(content)), most=megabytes(fits))


def _moving(seen: Any, kind: Format, most_pixels: int, fits: int) -> Picture:
    """Draw every frame anew, up to the first that is too much."""
    frames: list[Image.Image] = []
    durations: list[int] = []
    room = most_pixels
    for frame in ImageSequence.Iterator(seen):
        room -= frame.width * frame.height
        if room < 0:
            raise BadFile("pixels", most=str(most_pixels // 1_000_000))
        frame.load()  # only then is known how long it stands
        durations.append(int(frame.info.get("duration", 100) or 100))
        frames.append(_plain(frame.convert("RGBA")))
    first, rest = frames[0], frames[1:]
    how: dict[str, Any] = {"loop": seen.info["loop"]} if "loop" in seen.info else {}
    if kind is Format.GIF:
        how["disposal"] = 2
    content = _saved(first, kind, save_all=True, append_images=rest, duration=durations, **how)
    if len(content) > fits:
        raise _too_big(content, fits)
    return Picture(content, _small(first), first.width, first.height)


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Return it in the colours everybody assumes; a profile that makes no sense is left out."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return picture
    try:
        meant = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(picture, meant, ImageCms.createProfile("sRGB"), outputMode=mode) or picture
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


def _plain(picture: Image.Image) -> Image.Image:
    """Forget what the file said beside its pixels: Pillow writes comments and profiles it remembers."""
    picture.info = {name: value for name, value in picture.info.items() if name in KEPT}
    return picture


def _saved(picture: Image.Image, kind: Format, **how: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind.value.upper(), **how)
    return out.getvalue()


def _small(picture: Image.Image) -> bytes:
    little = picture.copy()
    if little.mode not in ("RGB", "RGBA"):
        little = little.convert("RGBA" if "transparency" in little.info or little.mode == "LA" else "RGB")
    little.thumbnail((SMALL, SMALL))
    return _saved(_plain(little), Format.WEBP, quality=75)
