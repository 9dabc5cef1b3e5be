"""YAML whose values say on which line they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from submissions.errors import RunFileError


@dataclass(frozen=True)
class Node:
    """A value and where it starts; `value` is a dict or a list of nodes, or a scalar."""

    value: Any
    line: int

    def get(self, key: str) -> Node | None:
        """The node of a key; None if absent, or if this is no mapping."""
        node: Node | None = self.value.get(key) if isinstance(self.value, dict) else None
        return node

    def items(self) -> list[Node]:
        """The nodes of a list; none if this is no list."""
        return self.value if isinstance(self.value, list) else []

    def plain(self) -> Any:
        """The value without line numbers."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def read(text: str, where: str) -> Node:
    """Parse a document.

    Raises
    ------
    RunFileError
        `where:line: ...` for what is not YAML, a key that stands twice, or a value within itself.
    """
    try:
        reader = _Reader(text, where)
        node = reader.loader.get_single_node()
        if node is None:
            raise RunFileError(f"{where}:1: is empty")
        return reader.node(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RunFileError(f"{where}:{line}: not YAML: {error.problem}; write it plainly") from None
    except (yaml.YAMLError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise RunFileError(f"{where}: not YAML: {reason}; write it plainly") from None


class _Reader:
    def __init__(self, text: str, where: str) -> None:
        self.where, self.loader = where, yaml.SafeLoader(text)
        self.within: set[int] = set()  # what is being read: an alias must not lead there

    def node(self, node: yaml.Node) -> Node:
        line = node.start_mark.line + 1
        if id(node) in self.within:
            raise RunFileError(f"{self.where}:{line}: a value within itself; write it plainly")
        self.within.add(id(node))
        value: Any
        if isinstance(node, yaml.MappingNode):
            value = self.mapping(node)
        elif isinstance(node, yaml.SequenceNode):
            value = [self.node(item) for item in node.value]
        else:
            value = self.scalar(node)
        self.within.remove(id(node))
        return Node(value, line)

    def mapping(self, node: yaml.MappingNode) -> dict[str, Node]:
        lines: dict[str, int] = {}
        for key, _ in node.value:
            name, line = str(self.scalar(key)), key.start_mark.line + 1
            if name in lines:
                raise RunFileError(
                    f"{self.where}:{line}: key {name!r} again, after line {lines[name]}"
                )
            lines[name] = line
        self.loader.flatten_mapping(node)  # what `<<` takes from elsewhere
        return {str(self.scalar(key)): self.node(value) for key, value in node.value}

    def scalar(self, node: yaml.Node) -> Any:
        try:
            return self.loader.construct_object(node, deep=True)
        except ValueError:  # looks like a date, and is none
            return node.value
