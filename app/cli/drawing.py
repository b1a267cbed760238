"""Lineage as text: a tree for people, Graphviz and Mermaid for documents."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from app.cli.output import print_rich, printable

if TYPE_CHECKING:
    from rich.tree import Tree

    from graph_model.lineage.entities import Direction, Lineage, LineageEdge, LineageNode, Way

_DOT_SHAPES = {
    "DATASET": "cylinder",
    "JOB": "box",
    "CONSUMER": "component",
    "COLUMN": "ellipse",
    "VERSION": "note",
    "RUN": "cds",
}
_MERMAID_SHAPES = {
    "DATASET": ("[(", ")]"),
    "JOB": ("[", "]"),
    "CONSUMER": ("[/", "/]"),
    "COLUMN": ("([", "])"),
    "VERSION": ("(", ")"),
    "RUN": (">", "]"),
}
_SIDES: dict[Direction, tuple[tuple[Way, str], ...]] = {
    "UP": (("UP", ""),),
    "DOWN": (("DOWN", ""),),
    "BOTH": (("UP", "comes from"), ("DOWN", "what comes of it")),
}

Branches = Mapping[str, Sequence[tuple[str, "LineageEdge"]]]


def print_tree(lineage: Lineage, direction: Direction) -> None:
    """Every node with what follows from it, at its shortest distance; wherever else it is met, it is only named."""
    from rich.tree import Tree

    nodes = {node.id: node for node in lineage.nodes}
    root = nodes.get(lineage.root)
    tree = Tree(_shown(root) if root else lineage.root)
    for way, title in _SIDES[direction]:
        side = {id_: node for id_, node in nodes.items() if node.direction in (way, "BOTH")}
        _draw(tree.add(title) if title else tree, lineage, side, up=way == "UP")
    print_rich(tree)


def _draw(tree: Tree, lineage: Lineage, nodes: Mapping[str, LineageNode], *, up: bool) -> None:
    """One direction of a lineage, below the node that its root has in the tree."""
    branches = _branches(lineage, up=up)
    starts = [node.id for node in nodes.values() if not node.hops and node.id != lineage.root]
    seen = {lineage.root, *starts}
    open_branches = deque([(lineage.root, tree)])
    open_branches.extend((start, tree.add(_shown(nodes[start]))) for start in starts)
    while open_branches:
        node, branch = open_branches.popleft()
        _grow(branch, branches.get(node, ()), nodes, seen=seen, open_branches=open_branches)


def _shown(node: LineageNode) -> str:
    return f"{label(node)}  (+{node.hidden} not shown)" if node.hidden else label(node)


def _grow(
    branch: Tree,
    following: Sequence[tuple[str, LineageEdge]],
    nodes: Mapping[str, LineageNode],
    *,
    seen: set[str],
    open_branches: deque[tuple[str, Tree]],
) -> None:
    for node, edge in following:
        if node not in nodes:
            continue  # beyond the limit: the edge is known, what it leads to is not
        again = node in seen and "  (shown elsewhere)"
        grown = branch.add(f"{label(nodes[node]) if again else _shown(nodes[node])}{remark(edge)}{again or ''}")
        if again:
            continue
        seen.add(node)
        open_branches.append((node, grown))


def _branches(lineage: Lineage, *, up: bool) -> Branches:
    """Of each node, what follows from it in the direction of the walk, in the order of the names."""
    nodes = {node.id: node for node in lineage.nodes}
    found: dict[str, list[tuple[str, LineageEdge]]] = defaultdict(list)
    for edge in lineage.edges:
        here, there = (edge.target, edge.source) if up else (edge.source, edge.target)
        found[here].append((there, edge))
    return {
        here: sorted(edges, key=lambda pair: label(nodes[pair[0]]) if pair[0] in nodes else "")
        for here, edges in found.items()
    }


def label(node: LineageNode) -> str:
    column = f".{node.column}" if node.column else ""
    partition = f"@{node.partition}" if node.partition else ""
    state = f" {node.state}" if node.state else ""
    dropped = f"  (dropped {node.dropped_at:%Y-%m-%d %H:%M})" if node.dropped_at else ""
    return printable(f"{node.kind.lower()} {node.name}{column}{partition}{state}{dropped}")


def remark(edge: LineageEdge) -> str:
    """What is worth saying of an edge: that only rows depend on it, or no data at all, how it is known if not declared,
    staleness."""
    said = ["indirect"] if edge.flow == "INDIRECT" else []
    said += ["shapes"] if edge.kind == "SHAPES" else []
    said += ["order only"] if edge.kind == "PRECEDES" else []
    said += [f"control: waits for its {edge.state}"] if edge.kind == "FOLLOWED_BY" else []
    said += [f"via {len(edge.via)} not shown"] if edge.via else []
    said += [edge.provenance] if edge.provenance != "declared" else []
    said += ["stale"] if edge.stale else []
    return f"  ({', '.join(said)})" if said else ""


def dot(lineage: Lineage) -> str:
    """A Graphviz digraph, sources on the left."""
    ids = _short_ids(lineage)
    lines = ["digraph lineage {", "  rankdir=LR;"]
    lines += [
        f'  {ids[node.id]} [label="{_dot_text(label(node))}", shape={_DOT_SHAPES[node.kind]}];'
        for node in lineage.nodes
    ]
    lines += [f"  {ids[edge.source]} -> {ids[edge.target]}{_dot_style(edge)};" for edge in _inner_edges(lineage, ids)]
    return "\n".join([*lines, "}"])


def mermaid(lineage: Lineage) -> str:
    """A Mermaid flowchart, sources on the left."""
    ids = _short_ids(lineage)
    lines = ["flowchart LR"]
    for node in lineage.nodes:
        opening, closing = _MERMAID_SHAPES[node.kind]
        lines.append(f'  {ids[node.id]}{opening}"{_mermaid_text(label(node))}"{closing}')
    lines += [
        f"  {ids[edge.source]} {'-.->' if _is_faint(edge) else '-->'} {ids[edge.target]}"
        for edge in _inner_edges(lineage, ids)
    ]
    return "\n".join(lines)


def _short_ids(lineage: Lineage) -> dict[str, str]:
    return {node.id: f"n{position}" for position, node in enumerate(lineage.nodes)}


def _inner_edges(lineage: Lineage, ids: Mapping[str, str]) -> list[LineageEdge]:
    """Edges between nodes that are drawn: at a limit, one end may be missing."""
    return [edge for edge in lineage.edges if edge.source in ids and edge.target in ids]


def _is_faint(edge: LineageEdge) -> bool:
    return edge.stale or edge.flow == "INDIRECT" or edge.kind in ("SHAPES", "PRECEDES", "FOLLOWED_BY")


def _dot_style(edge: LineageEdge) -> str:
    return " [style=dashed]" if _is_faint(edge) else ""


def _dot_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def _mermaid_text(text: str) -> str:
    return text.replace("#", "#35;").replace('"', "#quot;").replace("\n", " ")
