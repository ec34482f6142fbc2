"""Counter-based random numbers: any number of any patient of any copy can be drawn alone, whatever the batch."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_LOW, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)
_CHUNK = 8192  # keeps the ten rounds in cache: four times faster than one pass over everything


class Purpose(IntEnum):
    """What a number is drawn for; two purposes never share a number."""

    ARRIVAL = 0
    TOXICITY = 1
    TOXICITY_TIME = 2
    DROPOUT = 3
    DEATH = 4
    PROGRESSION = 5
    RESPONSE = 6
    FACTS = 7
    ALLOCATION = 8
    READER = 9
    BLOCK_SIZE = 10
    ADHERENCE = 11
    QUALITY_OF_LIFE = 12
    TOXICITY_WORD = 13  # 32 bits for each of four patients, for designs simulated without a calendar
    TWO_ARM = 14  # 32 bits each for entry, arm, event and dropout of a patient of a two-arm trial
    LESION = 15
    ADVERSE_EVENT = 16
    EXAM = 17


def philox4x32(counter: NDArray[np.uint64], key: tuple[int, int]) -> NDArray[np.uint64]:
    """Philox4x32-10 of counters shaped (rows, 4), each word below 2^32. Salmon et al. 2011, doi:10.1145/2063384.2063405."""
    out = np.empty_like(counter)
    for at in range(0, len(counter), _CHUNK):
        columns = np.ascontiguousarray(counter[at : at + _CHUNK].T)
        _ten_rounds(columns, key)
        out[at : at + _CHUNK] = columns.T
    return out


def _ten_rounds(columns: NDArray[np.uint64], key: tuple[int, int]) -> None:
    """The four words of each counter, shaped (4, rows), in place: arrays made anew would cost more than the sums."""
    c0, c1, c2, c3 = columns
    p0, p1 = np.empty_like(c0), np.empty_like(c0)
    k0, k1 = key
    for _ in range(10):
        np.multiply(c0, _M0, out=p0)
        np.multiply(c2, _M1, out=p1)
        np.bitwise_xor(np.right_shift(p1, _SHIFT, out=c0), c1, out=c0)
        np.bitwise_xor(c0, np.uint64(k0), out=c0)
        np.bitwise_xor(np.right_shift(p0, _SHIFT, out=c2), c3, out=c2)
        np.bitwise_xor(c2, np.uint64(k1), out=c2)
        np.bitwise_and(p1, _LOW, out=c1)
        np.bitwise_and(p0, _LOW, out=c3)
        k0, k1 = (k0 + _W0) & 0xFFFFFFFF, (k1 + _W1) & 0xFFFFFFFF


def uniforms(
    seed: int, copy: ArrayLike, patient: ArrayLike, purpose: Purpose, draw: ArrayLike = 0
) -> NDArray[np.float64]:
    """Uniform numbers in (0, 1), 53 bits, one for each (copy, patient) pair after broadcasting.

    `draw` numbers the repeated draws of one purpose, one for all or one for each pair. The same arguments give the same number on any machine, in any
    batch and with any number of workers.
    """
    copies, patients = np.broadcast_arrays(np.asarray(copy, np.uint64), np.asarray(patient, np.uint64))
    counter = np.empty((copies.size, 4), np.uint64)
    counter[:, 0] = copies.ravel()
    counter[:, 1] = patients.ravel()
    counter[:, 2] = np.broadcast_to(np.asarray(draw, np.uint64), copies.shape).ravel()
    counter[:, 3] = int(purpose)
    words = philox4x32(counter, (seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF))
    bits = ((words[:, 0] << np.uint64(21)) ^ (words[:, 1] >> np.uint64(11))) & np.uint64((1 << 53) - 1)
    return ((bits.astype(np.float64) + 0.5) / 9007199254740992.0).reshape(copies.shape)


def words(seed: int, copy: ArrayLike, block: int, purpose: Purpose) -> NDArray[np.uint32]:
    """Four 32-bit numbers for each copy, shaped (copy, 4): those of the patients 4 block to 4 block + 3.

    For work that needs one coarse number for each patient and millions of them; the same everywhere, as `uniforms`."""
    copies = np.asarray(copy, np.uint64).ravel()
    counter = np.empty((len(copies), 4), np.uint64)
    counter[:, 0] = copies
    counter[:, 1] = block
    counter[:, 2] = 0
    counter[:, 3] = int(purpose)
    return philox4x32(counter, (seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF)).astype(np.uint32)


def patient_words(seed: int, copies: ArrayLike, patients: int, purpose: Purpose) -> NDArray[np.float64]:
    """Four uniform numbers in (0, 1), 32 bits each, for each patient of each copy: shaped (4, copy, patient).

    One block of the generator a patient, so that a patient's numbers do not depend on who else is drawn.
    """
    rows = np.asarray(copies, np.uint64).ravel()
    out = np.empty((4, len(rows), patients))
    step = max(1, _CHUNK // max(1, patients))
    for at in range(0, len(rows), step):
        some = rows[at : at + step]
        columns = np.zeros((4, len(some), patients), np.uint64)
        columns[0] = some[:, None]
        columns[1] = np.arange(patients, dtype=np.uint64)
        columns[3] = int(purpose)
        _ten_rounds(columns.reshape(4, -1), (seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF))
        out[:, at : at + step] = columns
    out += 0.5
    out *= 2.0**-32
    return out
