"""How much one request may bring in files: said before the first byte of it is read."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class Bounded(FileUploadHandler):
    """Refuses a form larger than all files one may attach, and one more; takes no file itself."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803  Django's own name
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> Any:
        """Raise `RequestDataTooBig`, which every page answers with 413."""
        if content_length > (settings.NESTOR_FILES_EACH + 1) * settings.NESTOR_FILE_SIZE * 1_000_000:
            raise RequestDataTooBig
        return super().handle_raw_input(input_data, META, content_length, boundary, encoding)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand the bytes on to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
