"""The stored times of two processes are of the ways that the experiment names, each from so many rounds."""

import sys

from places import ROOT

from vit_tutorial import data

sys.path.insert(0, str(ROOT / "experiments"))
import two_processes


def test_a_step_is_timed_in_one_process_and_in_two():
    for processes in (1, 2):
        assert 0 < two_processes.measure(processes, threads=1, batch=2, steps=2) < 60


def test_the_stored_runs_are_those_ways():
    runs = {run["way"]: run for run in data.results("two_processes")["runs"]}
    assert list(runs) == list(two_processes.WAYS)
    for way, (processes, threads, batch) in two_processes.WAYS.items():
        assert (runs[way]["images"], runs[way]["threads"]) == (processes * batch, threads)
        middle, low, high = runs[way]["time"]
        assert low <= middle <= high
    assert runs["one process, one thread"]["time"] == [1, 1, 1]
