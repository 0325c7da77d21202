"""Files to be in; a folder that holds just these out, written only where something changed.

docs/incremental.md explains how it is known what changed.
"""

from digest.output.writer import (
    FileGroup,
    OutputFile,
    Shard,
    ShardResult,
    Spread,
    Written,
    claim,
    in_turn,
    put,
    write,
)

__all__ = [
    "FileGroup",
    "OutputFile",
    "Shard",
    "ShardResult",
    "Spread",
    "Written",
    "claim",
    "in_turn",
    "inputs",
    "manifest",
    "place",
    "processes",
    "put",
    "shards",
    "store",
    "write",
]
