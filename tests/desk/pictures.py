"""Pictures made for tests, as cameras and attackers make them."""

from io import BytesIO
from typing import Any

from PIL import Image

GPS = {1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)}


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), tint: str = "teal", **how: Any) -> bytes:
    """Return a small picture of one colour."""
    out = BytesIO()
    mode = "RGB" if kind == "JPEG" else "RGBA"
    Image.new(mode, size, tint).save(out, kind, **how)
    return out.getvalue()


def photograph(words: str = "zanzibar") -> bytes:
    """Return a JPEG as a telephone takes it: lying on its side, with place, name and comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter
    exif[0x013B] = words  # artist
    exif.get_ifd(0x8825).update(GPS)
    return picture("JPEG", exif=exif, comment=words.encode())


def moving(frames: int = 3, size: tuple[int, int] = (20, 10), kind: str = "GIF") -> bytes:
    """Return a picture that moves."""
    drawn = [Image.new("RGB", size, (10 * number % 256, 60, 90)) for number in range(frames)]
    out = BytesIO()
    drawn[0].save(out, kind, save_all=True, append_images=drawn[1:], duration=120, loop=0)
    return out.getvalue()
