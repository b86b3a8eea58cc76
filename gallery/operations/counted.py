"""What is counted, under which names: see metrics.py for what is made of it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from gallery.operations import tally

ENDED, FAILED, HOUR = "jobs_ended", "jobs_failed", "jobs_hour"
SHORT = "jobs_short"
SECONDS, WAIT = "job_seconds", "job_wait"
REQUESTS, LATENCY, ERRORS = "requests", "request_seconds", "errors"
OF_JOBS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
OF_REQUESTS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
HOUR_FORM = "%Y-%m-%dT%H"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")  # a visitor may send any


def job_began(job: Any) -> None:
    """``job`` is a gallery.job.Job that has just been claimed. One that goes on from a checkpoint
    has waited before."""
    if not job.spent:
        waited = (timezone.now() - job.queued).total_seconds()
        tally.observe(WAIT, max(0.0, waited), OF_JOBS, lane=job.lane)


def job_ended(job: Any, reason: str = "") -> None:
    """For good, as its state says; ``reason`` is why it failed."""
    engine, device = job.engine_name, job.device or "none"
    tally.add(ENDED, engine=engine, device=device, outcome=job.state)
    tally.add(HOUR, hour=timezone.now().strftime(HOUR_FORM), outcome=job.state)
    if job.state == job.State.FAILED:
        tally.add(FAILED, engine=engine, reason=reason)
    if job.note:
        tally.add(SHORT, engine=engine, device=device)
    if job.seconds is not None and job.state == job.State.DONE:
        tally.observe(SECONDS, job.seconds, OF_JOBS, engine=engine, device=device)


def request_answered(view: str, method: str, status: int, seconds: float) -> None:
    method = method if method in METHODS else "other"
    tally.add(REQUESTS, view=view, method=method, status=f"{status // 100}xx")
    tally.observe(LATENCY, seconds, OF_REQUESTS, view=view)
