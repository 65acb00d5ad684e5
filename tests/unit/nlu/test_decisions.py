from __future__ import annotations

import numpy as np

from bot.nlu.decisions import Thresholds, learn_thresholds, normalised


def test_decisions_follow_the_thresholds() -> None:
    thresholds = Thresholds(answer=0.5, offer=0.25, sure=0.75)

    decisions = [thresholds.decide(confidence) for confidence in (0.5, 0.49, 0.25, 0.24)]

    assert decisions == ["answer", "offer", "offer", "decline"]


def test_two_unsure_readings_are_offered_where_one_of_them_is_likely() -> None:
    thresholds = Thresholds(answer=0.5, offer=0.4, sure=0.75)

    assert thresholds.decide(0.35, 0.3) == "offer"
    assert thresholds.decide(0.35, 0.1) == "decline"


def test_the_given_shares_of_right_readings_fall_below() -> None:
    confidences = np.linspace(0, 1, 1001, dtype=np.float32)

    thresholds = learn_thresholds(confidences, confidences >= 0, 0.1, 0.02, 0.9)

    assert abs(thresholds.answer - 0.1) < 0.002
    assert abs(thresholds.offer - 0.02) < 0.002


def test_sure_is_where_readings_become_precise() -> None:
    confidences = np.array([0.9, 0.8, 0.7, 0.6, 0.5], np.float32)
    right = np.array([True, True, True, False, True])

    assert abs(learn_thresholds(confidences, right, 0.0, 0.0, 1.0).sure - 0.7) < 1e-6


def test_normalised_texts_differ_in_words_only() -> None:
    assert normalised("  What's IT?! ") == normalised("whats it") == "whats it"
    assert normalised("3.5") != normalised("35")
    assert normalised("?") == "?"
