"""Trees and proofs as RFC 9162 has them, against the vectors of Certificate Transparency and the definition."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seals.merkle import (
    EMPTY_ROOT,
    FullRun,
    GrowingTree,
    consistency_path,
    folded,
    inclusion_path,
    leaf_hash,
    node_hash,
    proves_consistency,
    proves_inclusion,
    root_of,
)
from tests.seals.builders import naive_root

# The eight leaves of the reference implementation's tests, and what it says of their trees.
DATA = [
    bytes.fromhex(data)
    for data in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [leaf_hash(data) for data in DATA]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSIONS = [
    (
        (0, 8),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        (5, 8),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    ((2, 3), ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        (1, 5),
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCIES = [
    (
        (1, 8),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        (6, 8),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        (2, 5),
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
sizes = st.integers(min_value=1, max_value=70)


def runs_of(leaves: Sequence[bytes]) -> FullRun:
    """Return the function by which proofs ask for hashes."""

    def full_run(level: int, place: int) -> bytes:
        run = leaves[place << level : (place + 1) << level]
        assert len(run) == 1 << level
        return folded(run)

    return full_run


def some_leaves(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def test_the_roots_are_those_of_the_reference() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of(0, runs_of([])) == GrowingTree().root() == EMPTY_ROOT
    assert tuple(root_of(size, runs_of(LEAVES)).hex() for size in range(1, 9)) == ROOTS


@pytest.mark.parametrize(("which", "path"), INCLUSIONS)
def test_proofs_of_inclusion_are_those_of_the_reference(which: tuple[int, int], path: list[str]) -> None:
    position, size = which
    assert [part.hex() for part in inclusion_path(position, size, runs_of(LEAVES))] == path


@pytest.mark.parametrize(("which", "path"), CONSISTENCIES)
def test_proofs_of_consistency_are_those_of_the_reference(which: tuple[int, int], path: list[str]) -> None:
    assert [part.hex() for part in consistency_path(*which, runs_of(LEAVES))] == path


@given(sizes)
def test_a_root_is_what_its_definition_says(size: int) -> None:
    leaves = some_leaves(size)
    tree = GrowingTree()
    for number, leaf in enumerate(leaves):
        full = tree.append(leaf)
        assert full == [runs_of(leaves)(level, number >> level) for level in range(len(full))]
    assert tree.root() == root_of(size, runs_of(leaves)) == naive_root(leaves)


@given(st.integers(0, 5), st.integers(0, 9))
def test_whole_runs_make_the_same_tree_as_their_leaves(level: int, runs: int) -> None:
    length = 1 << level
    leaves = some_leaves(length * runs)
    tree = GrowingTree()
    for number in range(runs):
        full = tree.append_run(leaves[number * length : (number + 1) * length])
        assert full == [runs_of(leaves)(level + above, (number >> above)) for above in range(len(full))]
    assert (tree.size, tree.root()) == (length * runs, naive_root(leaves) if leaves else EMPTY_ROOT)


def test_a_run_begins_where_one_of_its_length_ended() -> None:
    tree = GrowingTree()
    tree.append(leaf_hash(b"one"))
    with pytest.raises(ValueError, match="where a run of its length ended"):
        tree.append_run(some_leaves(2))


@given(sizes, st.data())
def test_every_leaf_is_proved_and_no_other_claim_is(size: int, data: st.DataObject) -> None:
    leaves = some_leaves(size)
    position = data.draw(st.integers(0, size - 1))
    root, path = naive_root(leaves), inclusion_path(position, size, runs_of(leaves))
    assert proves_inclusion(leaves[position], position, size, path, root)
    assert not proves_inclusion(leaf_hash(b"another"), position, size, path, root)
    assert not proves_inclusion(leaves[position], position, size, [*path, root], root)
    assert not proves_inclusion(leaves[position], size, size, path, root)
    assert not proves_inclusion(leaves[position], -1, size, path, root)
    assert not any(
        proves_inclusion(leaves[position], other, size, path, root) for other in range(size) if other != position
    )
    for at in range(len(path)):
        assert not proves_inclusion(leaves[position], position, size, path[:at] + path[at + 1 :], root)
        changed = [*path[:at], leaf_hash(path[at]), *path[at + 1 :]]
        assert not proves_inclusion(leaves[position], position, size, changed, root)


@given(sizes, st.data())
def test_a_tree_is_proved_to_begin_with_the_older_one(newer: int, data: st.DataObject) -> None:
    leaves = some_leaves(newer)
    older = data.draw(st.integers(1, newer))
    path = consistency_path(older, newer, runs_of(leaves))
    roots = naive_root(leaves[:older]), naive_root(leaves)
    assert proves_consistency(older, newer, path, *roots)
    forged = naive_root([leaf_hash(b"another"), *leaves[1:older]])
    assert not proves_consistency(older, newer, path, forged, roots[1])
    assert not proves_consistency(older, newer, [*path, roots[0]], *roots)
    assert not proves_consistency(older, newer, path, roots[0], forged)
    assert not proves_consistency(newer + 1, newer, path, *roots)
    for at in range(len(path)):
        assert not proves_consistency(older, newer, path[:at] + path[at + 1 :], *roots)
        changed = [*path[:at], leaf_hash(path[at]), *path[at + 1 :]]
        assert not proves_consistency(older, newer, changed, *roots)


def test_the_order_of_two_leaves_matters() -> None:
    assert all(node_hash(one, other) != node_hash(other, one) for one, other in pairwise(LEAVES))
