"""Opens a file in the editor that the person prefers."""

import os
import shlex
import subprocess
from pathlib import Path

from digest.errors import DigestError


def edit(path: Path) -> None:
    """Run $VISUAL, $EDITOR or vi on a file, and wait until it is closed.

    Raises:
        DigestError: there is no such editor, or it failed.
    """
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        subprocess.run([*shlex.split(command), str(path)], check=True)
    except (OSError, ValueError) as error:
        raise DigestError(f"cannot open the editor {command!r}: {error}; set $EDITOR") from None
    except subprocess.CalledProcessError as error:
        raise DigestError(f"{command} ended with code {error.returncode}") from None
