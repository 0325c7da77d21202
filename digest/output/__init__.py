"""Files to be in; a folder that holds just these out, written only where something changed."""

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
    "kept",
    "manifest",
    "processes",
    "put",
    "shards",
    "write",
]
