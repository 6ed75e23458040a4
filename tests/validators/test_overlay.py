"""Overlays: edits of a rubric that is kept elsewhere."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.validators.overlay_model import edited
from validators.overlays.edits import OverlayMisfitError, apply_edits, apply_overlay

Edited = tuple[dict[str, Any], list[dict[str, Any]], list[int], dict[str, Any]]


def rubric_of(criterion: dict[str, Any]) -> dict[str, Any]:
    sign_off = {"name": "Ada", "role": "expert", "date": "2026-01-31"}
    return {
        "schema": "rubric/v1", "paper": "x", "revision": 2, "status": "signed_off", "sign_offs": [sign_off],
        "criterion": criterion,
    }  # fmt: skip


def overlay_of(edits: list[dict[str, Any]]) -> dict[str, Any]:
    return {"schema": "overlay/v1", "paper": "x", "revision": 3, "base": "0" * 64, "edits": edits}


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=edited())
def test_edits_are_made_in_order_and_those_that_do_not_fit_are_named(case: Edited) -> None:
    before, edits, misfits, after = case
    rubric, overlay = rubric_of(before), overlay_of(edits)
    untouched = copy.deepcopy((rubric, overlay))
    applied = apply_edits(rubric, overlay)
    assert applied.rubric["criterion"] == after
    assert [fault.where[:2] for fault in applied.misfits] == [("edits", number) for number in misfits]
    assert (rubric, overlay) == untouched
    if misfits:
        with pytest.raises(OverlayMisfitError) as error:
            apply_overlay(rubric, overlay)
        assert error.value.misfits == applied.misfits
    else:
        assert apply_overlay(rubric, overlay) == applied.rubric


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=edited())
def test_an_edit_is_idle_where_it_changes_nothing(case: Edited) -> None:
    before, edits, _, _ = case
    rubric = rubric_of(before)
    idle = []
    for number, edit in enumerate(edits):
        applied = apply_edits(rubric, overlay_of([edit]))
        if not applied.misfits and applied.rubric["criterion"] == rubric["criterion"]:
            idle.append(number)
        rubric = {**applied.rubric, "revision": 2}
    assert list(apply_edits(rubric_of(before), overlay_of(edits)).idle) == idle
