import numpy as np

from protorun.statistics.philox import Purpose, philox4x32, uniforms


def test_random123_known_answers():
    # Random123 distribution, kat_vectors, philox4x32 10 rounds
    zero = philox4x32(np.zeros((1, 4), np.uint64), (0, 0))[0]
    assert [f"{w:08x}" for w in zero] == ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]
    ones = philox4x32(np.full((1, 4), 0xFFFFFFFF, np.uint64), (0xFFFFFFFF, 0xFFFFFFFF))[0]
    assert [f"{w:08x}" for w in ones] == ["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"]


def test_a_patient_gets_the_same_number_alone_and_in_any_batch():
    table = uniforms(7, np.arange(10_000)[:, None], np.arange(6), Purpose.TOXICITY)
    assert table[9_321, 4] == uniforms(7, 9_321, 4, Purpose.TOXICITY)
    assert abs(table.mean() - 0.5) < 0.005
    assert (
        uniforms(7, 1, 1, Purpose.DEATH)
        != uniforms(7, 1, 1, Purpose.TOXICITY)
        != uniforms(8, 1, 1, Purpose.TOXICITY)
    )
