"""What the build does beyond copying: dependencies from requirements/base.in, translations, texts to learn from."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

sys.path.insert(0, str(Path(__file__).parent / "src"))  # the code below is Nestor's own, and not installed yet
from nestor.config.catalogues import compile_stale


class Dependencies(MetadataHookInterface):
    """Reads the dependencies from the file the locks are made of, so that there is one list."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        lines = (Path(self.root) / "requirements" / "base.in").read_text(encoding="utf-8").splitlines()
        metadata["dependencies"] = [line for line in map(str.strip, lines) if line and not line.startswith("#")]


class Surroundings(BuildHookInterface[Any]):
    """Compiles the translations and takes along what a checkout keeps beside the package (`nestor.config.places`)."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        compile_stale()
        if version == "editable":
            return
        for folder in ("locale", "corpora"):
            build_data["force_include"][str(Path(self.root) / folder)] = f"nestor/{folder}"
        for page in ("docs/user-guide.md", "docs/fr/guide.md"):  # what the desk shows as its help
            build_data["force_include"][str(Path(self.root) / page)] = f"nestor/{page}"
